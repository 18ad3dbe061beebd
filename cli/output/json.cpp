#include "output/json.hpp"

#include "output/text_width.hpp"

#include <fmt/format.h>

#include <cmath>

namespace edge::cli {
namespace {

constexpr std::size_t indent = 2;

void write_string(std::string& out, std::string_view text) {
    out += '"';
    for (const char c : valid_utf8(text)) {
        switch (c) {
            case '"': out += "\\\""; break;
            case '\\': out += "\\\\"; break;
            case '\n': out += "\\n"; break;
            case '\r': out += "\\r"; break;
            case '\t': out += "\\t"; break;
            default:
                if (static_cast<unsigned char>(c) < 0x20) {
                    out += fmt::format("\\u{:04x}", static_cast<int>(c));
                } else {
                    out += c;
                }
        }
    }
    out += '"';
}

void new_line(std::string& out, std::size_t level) {
    out += '\n';
    out.append(level * indent, ' ');
}

}  // namespace

std::string Json::text() const {
    std::string out;
    write(out, 0);
    return out;
}

void Json::write(std::string& out, std::size_t level) const {
    const auto write_all = [&](const auto& elements, char open, char close, const auto& write_one) {
        out += open;
        bool first = true;
        for (const auto& element : elements) {
            if (!first) out += ',';
            first = false;
            new_line(out, level + 1);
            write_one(element);
        }
        if (!first) new_line(out, level);
        out += close;
    };
    struct Writer {
        std::string& out;
        std::size_t level;
        const decltype(write_all)& all;

        void operator()(std::nullptr_t) const { out += "null"; }
        void operator()(bool value) const { out += value ? "true" : "false"; }
        void operator()(std::int64_t value) const { out += fmt::format("{}", value); }
        void operator()(double value) const { out += std::isfinite(value) ? fmt::format("{}", value) : "null"; }
        void operator()(const std::string& value) const { write_string(out, value); }
        void operator()(const Array& values) const {
            all(values, '[', ']', [this](const Json& value) { value.write(out, level + 1); });
        }
        void operator()(const Object& members) const {
            all(members, '{', '}', [this](const Member& member) {
                write_string(out, member.name);
                out += ": ";
                member.value.write(out, level + 1);
            });
        }
        void operator()(const Raw& raw) const { out += raw.text; }
    };
    std::visit(Writer{out, level, write_all}, value_);
}

}  // namespace edge::cli
