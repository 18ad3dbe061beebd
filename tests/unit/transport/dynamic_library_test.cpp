#include "edge/transport/dynamic_library.hpp"

#include "edge/core/error.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace edge::transport {
namespace {

ErrorCode code_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const Error& error) {
        return error.code();
    }
    return ErrorCode::internal;
}

TEST(DynamicLibrary, GivesAFunctionOfALibraryByItsName) {
    const DynamicLibrary maths("libm.so.6", "do sums");

    EXPECT_EQ(maths.function<double(double, double)>("hypot")(3, 4), 5);
}

TEST(DynamicLibrary, SaysWhatCannotBeDoneWithoutIt) {
    try {
        const DynamicLibrary missing("libedge-no-such.so.7", "sync");
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::not_found);
        EXPECT_TRUE(std::string(error.what()).starts_with("cannot sync: libedge-no-such.so.7")) << error.what();
    }
}

TEST(DynamicLibrary, SaysWhenAFunctionIsMissing) {
    const DynamicLibrary maths("libm.so.6", "do sums");

    EXPECT_EQ(code_of([&] { static_cast<void>(maths.function<void()>("edge_no_such_function")); }),
              ErrorCode::not_found);
}

}  // namespace
}  // namespace edge::transport
