#include "object_reader.hpp"

namespace edge::protocol {
namespace {

std::string_view name_of(JsonKind kind) {
    switch (kind) {
        case JsonKind::null: return "null";
        case JsonKind::boolean: return "a boolean";
        case JsonKind::integer: return "an integer";
        case JsonKind::number: return "a number";
        case JsonKind::text: return "a text";
        case JsonKind::array: return "an array";
        case JsonKind::object: return "an object";
    }
    return {};
}

}  // namespace

ObjectReader::ObjectReader(const JsonValue& object, std::string_view what) : what_(what) {
    if (!object.is(JsonKind::object)) {
        fail("", "is not an object");
        return;
    }
    slots_.reserve(object.size());
    object.each_member([&](std::string_view name, const JsonValue& value) { slots_.push_back({name, value}); });
}

std::string ObjectReader::text(std::string_view name) {
    const JsonValue* value = require(name, JsonKind::text);
    return value == nullptr ? std::string() : std::string(value->text());
}

std::int64_t ObjectReader::integer(std::string_view name, std::int64_t low, std::int64_t high) {
    const JsonValue* value = require(name, JsonKind::integer);
    if (value == nullptr) return low;
    if (value->integer() < low || value->integer() > high) {
        fail(name, "is out of range: " + std::to_string(value->integer()));
        return low;
    }
    return value->integer();
}

bool ObjectReader::boolean(std::string_view name) {
    const JsonValue* value = require(name, JsonKind::boolean);
    return value != nullptr && value->boolean();
}

std::optional<JsonValue> ObjectReader::array(std::string_view name) {
    const JsonValue* value = require(name, JsonKind::array);
    if (value == nullptr) return std::nullopt;
    return *value;
}

std::string ObjectReader::text_or(std::string_view name, std::string_view otherwise) {
    const std::optional<JsonValue> value = take_if_any(name, JsonKind::text);
    return std::string(value ? value->text() : otherwise);
}

std::int64_t ObjectReader::integer_or(std::string_view name, std::int64_t low, std::int64_t high,
                                      std::int64_t otherwise) {
    const std::optional<JsonValue> value = take_if_any(name, JsonKind::integer);
    if (!value) return otherwise;
    if (value->integer() < low || value->integer() > high) fail(name, "is out of range");
    return value->integer();
}

std::optional<JsonValue> ObjectReader::object_if_any(std::string_view name) {
    return take_if_any(name, JsonKind::object);
}

std::optional<JsonValue> ObjectReader::array_if_any(std::string_view name) {
    return take_if_any(name, JsonKind::array);
}

void ObjectReader::expect(std::string_view name, std::string_view value) {
    const JsonValue* found = require(name, JsonKind::text);
    if (found != nullptr && found->text() != value) fail(name, "is not '" + std::string(value) + "'");
}

void ObjectReader::expect_version() {
    const std::int64_t version = integer("v", 1, largest_json_integer);
    if (ok() && version != 1) {
        problem_ = make_problem(ProblemClass::upgrade, reason::unknown_version,
                                what_ + " has version " + std::to_string(version) + ", this program reads 1");
    }
}

Members ObjectReader::rest() const {
    Members members;
    for (const Slot& slot : slots_) {
        if (!slot.asked_for) members.push_back({std::string(slot.name), slot.value.json()});
    }
    return members;
}

void ObjectReader::fail(std::string_view name, std::string_view why) {
    if (problem_) return;
    std::string detail = what_;
    if (!name.empty()) detail.append(": ").append(name);
    problem_ = make_problem(ProblemClass::bug, reason::wrong_shape, detail.append(" ").append(why));
}

const JsonValue* ObjectReader::take(std::string_view name) {
    for (Slot& slot : slots_) {
        if (slot.name != name) continue;
        slot.asked_for = true;
        return &slot.value;
    }
    return nullptr;
}

const JsonValue* ObjectReader::require(std::string_view name, JsonKind kind) {
    const JsonValue* value = take(name);
    if (value == nullptr) {
        fail(name, "is missing");
    } else if (!value->is(kind)) {
        fail(name, "is not " + std::string(name_of(kind)));
        return nullptr;
    }
    return value;
}

std::optional<JsonValue> ObjectReader::take_if_any(std::string_view name, JsonKind kind) {
    const JsonValue* value = take(name);
    if (value == nullptr) return std::nullopt;
    if (!value->is(kind)) {
        fail(name, "is not " + std::string(name_of(kind)));
        return std::nullopt;
    }
    return *value;
}

}  // namespace edge::protocol
