#include "curl_library.hpp"

#include "edge/transport/dynamic_library.hpp"

namespace edge::transport {
namespace {

CurlLibrary load() {
    const DynamicLibrary library("libcurl.so.4", "talk to the hub");
    library.function<decltype(curl_global_init)>("curl_global_init")(CURL_GLOBAL_DEFAULT);
    return {.easy_init = library.function<decltype(curl_easy_init)>("curl_easy_init"),
            .easy_cleanup = library.function<decltype(curl_easy_cleanup)>("curl_easy_cleanup"),
            .easy_reset = library.function<decltype(curl_easy_reset)>("curl_easy_reset"),
            .easy_setopt = library.function<decltype(curl_easy_setopt)>("curl_easy_setopt"),
            .easy_perform = library.function<decltype(curl_easy_perform)>("curl_easy_perform"),
            .easy_getinfo = library.function<decltype(curl_easy_getinfo)>("curl_easy_getinfo"),
            .easy_strerror = library.function<decltype(curl_easy_strerror)>("curl_easy_strerror"),
            .slist_append = library.function<decltype(curl_slist_append)>("curl_slist_append"),
            .slist_free_all = library.function<decltype(curl_slist_free_all)>("curl_slist_free_all")};
}

}  // namespace

const CurlLibrary& curl() {
    static const CurlLibrary library = load();
    return library;
}

}  // namespace edge::transport
