#pragma once

#include <curl/curl.h>

namespace edge::transport {

/// The functions of libcurl that the client calls, under their names without `curl_`. It is loaded with the first
/// client: some thirty libraries come with it, for which no command that stays on this machine should wait.
struct CurlLibrary {
    decltype(curl_easy_init)* easy_init;
    decltype(curl_easy_cleanup)* easy_cleanup;
    decltype(curl_easy_reset)* easy_reset;
    decltype(curl_easy_setopt)* easy_setopt;
    decltype(curl_easy_perform)* easy_perform;
    decltype(curl_easy_getinfo)* easy_getinfo;
    decltype(curl_easy_strerror)* easy_strerror;
    decltype(curl_slist_append)* slist_append;
    decltype(curl_slist_free_all)* slist_free_all;
};

/// Loads it at the first call. Throws `not_found` if this machine has no libcurl.
[[nodiscard]] const CurlLibrary& curl();

}  // namespace edge::transport
