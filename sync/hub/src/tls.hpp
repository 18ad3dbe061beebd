#pragma once

#include <boost/asio/ssl/context.hpp>

#include <memory>
#include <string>

namespace edge::hub {

/// What a server shows of itself: a certificate (with those of its issuers behind it) and its key, PEM files. TLS 1.2
/// or newer. Throws `invalid_argument` if one of the two is missing, cannot be read, or does not fit the other.
[[nodiscard]] std::unique_ptr<boost::asio::ssl::context> server_tls(const std::string& certificate_file,
                                                                    const std::string& key_file);

}  // namespace edge::hub
