#include "program/exit_status.hpp"
#include "program/settings.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

namespace edge::cli {
namespace {

std::optional<std::string> read_text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return std::nullopt;
    std::ostringstream text;
    text << file.rdbuf();
    if (file.bad()) return std::nullopt;
    return text.str();
}

toml::table parse(const std::string& text, const std::string& path) {
    try {
        return toml::parse(text, path);
    } catch (const toml::parse_error& error) {
        throw configuration_error(fmt::format("cannot read {}, line {}: {}", path, error.source().begin.line,
                                              std::string(error.description())));
    }
}

std::string text_of(const toml::node& node) {
    if (const auto text = node.value_exact<std::string>()) return *text;
    std::ostringstream text;
    text << toml::default_formatter(toml::array(node));
    std::string whole = text.str();
    // An array of one prints as "[ value ]".
    whole = whole.substr(1, whole.size() - 2);
    const std::size_t first = whole.find_first_not_of(' ');
    return whole.substr(first, whole.find_last_not_of(' ') - first + 1);
}

void collect(const toml::table& table, const std::string& prefix, const std::string& path,
             std::map<std::string, std::string>& values) {
    for (const auto& [name, node] : table) {
        const std::string key = prefix + std::string(name.str());
        if (const toml::table* inner = node.as_table()) {
            collect(*inner, key + ".", path, values);
            continue;
        }
        const SettingInfo* setting = find_setting(key);
        if (setting == nullptr) {
            throw configuration_error(fmt::format("cannot use '{}' in {}, line {}: there is no such setting", key, path,
                                                  node.source().begin.line),
                                      "edge-analytics config list shows them all");
        }
        const std::string value = text_of(node);
        check_value(*setting, value, path);
        values[key] = value;
    }
}

std::string toml_value(const SettingInfo& setting, const std::string& value) {
    if (setting.kind == "whole number" || setting.kind == "number" || setting.kind == "seconds") return value;
    std::ostringstream text;
    text << toml::value<std::string>(value);
    return text.str();
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

/// The line on which the table `[name]` begins; nothing if it has no header of its own.
std::optional<std::size_t> header_line(const std::vector<std::string>& lines, const std::string& name) {
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const std::size_t start = lines[i].find_first_not_of(" \t");
        if (start != std::string::npos && lines[i].compare(start, name.size() + 2, "[" + name + "]") == 0) return i;
    }
    return std::nullopt;
}

void set_line(std::vector<std::string>& lines, const toml::table& table, const SettingInfo& setting,
              const std::string& value) {
    const std::string key(setting.key);
    const std::size_t dot = key.find('.');
    const std::string name = dot == std::string::npos ? key : key.substr(dot + 1);
    const std::string line = fmt::format("{} = {}", name, value.empty() ? "" : toml_value(setting, value));
    if (const auto node = table.at_path(key)) {
        const auto at = static_cast<std::ptrdiff_t>(node.node()->source().begin.line) - 1;
        if (value.empty()) {
            lines.erase(lines.begin() + at);
        } else {
            lines[static_cast<std::size_t>(at)] = line;
        }
        return;
    }
    if (value.empty()) return;
    if (dot == std::string::npos) {
        lines.insert(lines.begin(), line);
        return;
    }
    const std::string section = key.substr(0, dot);
    if (const auto header = header_line(lines, section)) {
        lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(*header) + 1, line);
        return;
    }
    if (!lines.empty()) lines.emplace_back();
    lines.push_back("[" + section + "]");
    lines.push_back(line);
}

void replace_file(const std::string& path, const std::string& text) {
    const std::string temporary = path + ".new";
    std::error_code error;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
    std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    if (file) std::filesystem::rename(temporary, path, error);
    if (!file || error) {
        std::filesystem::remove(temporary, error);
        throw CommandError(ExitStatus::cannot_create, "configuration", fmt::format("cannot write {}", path),
                           "check the folder's permissions, or name another file with --config");
    }
}

}  // namespace

std::map<std::string, std::string> read_config(const std::string& path, bool must_exist) {
    const std::optional<std::string> text = read_text(path);
    if (!text) {
        std::error_code error;
        if (!must_exist && !std::filesystem::exists(path, error)) return {};
        throw configuration_error(fmt::format("cannot read the configuration {}: no such file, or not readable", path));
    }
    std::map<std::string, std::string> values;
    collect(parse(*text, path), "", path, values);
    return values;
}

void write_config(const std::string& path, const SettingInfo& setting, const std::string& value) {
    const std::string before = read_text(path).value_or("");
    std::vector<std::string> lines = lines_of(before);
    set_line(lines, parse(before, path), setting, value);
    std::string after;
    for (const std::string& line : lines) after += line + "\n";
    // A layout that a line's edit does not suit (a value over several lines) must not be damaged.
    std::map<std::string, std::string> expected;
    collect(parse(before, path), "", path, expected);
    expected.erase(std::string(setting.key));
    if (!value.empty()) expected[std::string(setting.key)] = value;
    std::map<std::string, std::string> found;
    collect(parse(after, path), "", path, found);
    if (found != expected) {
        throw configuration_error(fmt::format("cannot set {} in {}: its layout is not understood", setting.key, path),
                                  "edit the file by hand");
    }
    replace_file(path, after);
}

}  // namespace edge::cli
