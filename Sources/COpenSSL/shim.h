#ifndef COPENSSL_SHIM_H
#define COPENSSL_SHIM_H

// The digest as a plain structure, which is copied without an allocation, stands among what OpenSSL 3 would rather have
// one leave: a proof begins with the copy of a prepared state, and the newer interface allocates for it.
#define OPENSSL_SUPPRESS_DEPRECATED

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

// Swift does not see macros that take arguments.
static inline size_t copenssl_pending(BIO *bio) { return BIO_ctrl_pending(bio); }
static inline int copenssl_only_1_3(SSL_CTX *context) {
    return SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) && SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION);
}
static inline void copenssl_release_buffers(SSL_CTX *context) { SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS); }
static inline EVP_PKEY *copenssl_new_p256(void) { return EVP_EC_gen("P-256"); }

#endif
