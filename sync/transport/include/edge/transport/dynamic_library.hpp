#pragma once

#include <string>

namespace edge::transport {

/// A shared library of the system that is loaded when it is first needed, because it brings so many others along that a
/// program that does not need it should not wait for them. Stays loaded.
class DynamicLibrary {
public:
    /// `name` as the loader knows it ("libpq.so.5"); `purpose` as in "cannot <purpose>". Throws `not_found`.
    DynamicLibrary(const char* name, std::string purpose);

    /// A function by its name, with the type that the library's header declares:
    /// `function<decltype(PQexec)>("PQexec")`.
    template <class Function>
    [[nodiscard]] Function* function(const char* name) const {
        return reinterpret_cast<Function*>(address(name));
    }

private:
    [[nodiscard]] void* address(const char* name) const;
    [[noreturn]] void fail() const;

    const char* name_;
    std::string purpose_;
    void* handle_;
};

}  // namespace edge::transport
