#include "tls.hpp"

#include "edge/core/error.hpp"

namespace edge::hub {

namespace ssl = boost::asio::ssl;

namespace {

[[noreturn]] void refuse(const std::string& what, const std::string& file, const boost::system::error_code& why) {
    throw Error(ErrorCode::invalid_argument, "cannot use " + file + " as the hub's " + what + ": " + why.message(),
                {{"path", file}}, "both are PEM files; the key must not ask for a password");
}

}  // namespace

std::unique_ptr<ssl::context> server_tls(const std::string& certificate_file, const std::string& key_file) {
    if (certificate_file.empty() || key_file.empty()) {
        throw Error(ErrorCode::invalid_argument, "cannot serve over TLS: it takes a certificate and its key", {},
                    "give both --tls-cert and --tls-key");
    }
    auto context = std::make_unique<ssl::context>(ssl::context::tls_server);
    context->set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 | ssl::context::no_sslv3 |
                         ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1 | ssl::context::no_compression);
    context->set_password_callback([](std::size_t, ssl::context::password_purpose) { return std::string(); });
    boost::system::error_code failure;
    context->use_certificate_chain_file(certificate_file, failure);
    if (failure) refuse("certificate", certificate_file, failure);
    context->use_private_key_file(key_file, ssl::context::pem, failure);
    if (failure) refuse("key", key_file, failure);
    return context;
}

}  // namespace edge::hub
