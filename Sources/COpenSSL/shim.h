#ifndef COPENSSL_SHIM_H
#define COPENSSL_SHIM_H

// The digest as a plain structure, which is copied without an allocation, stands among what OpenSSL 3 would rather have
// one leave: a proof begins with the copy of a prepared state, and the newer interface allocates for it.
#define OPENSSL_SUPPRESS_DEPRECATED

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#endif
