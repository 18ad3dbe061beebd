#include "edge/transport/dynamic_library.hpp"

#include "edge/core/error.hpp"

#include <dlfcn.h>

#include <utility>

namespace edge::transport {

DynamicLibrary::DynamicLibrary(const char* name, std::string purpose)
    : name_(name), purpose_(std::move(purpose)), handle_(::dlopen(name, RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr) fail();
}

void* DynamicLibrary::address(const char* name) const {
    void* const found = ::dlsym(handle_, name);
    if (found == nullptr) fail();
    return found;
}

void DynamicLibrary::fail() const {
    const char* const reason = ::dlerror();
    throw Error(ErrorCode::not_found,
                "cannot " + purpose_ + ": " + (reason == nullptr ? std::string(name_) + " cannot be loaded" : reason),
                {{"library", name_}}, std::string("install the package that holds ") + name_);
}

}  // namespace edge::transport
