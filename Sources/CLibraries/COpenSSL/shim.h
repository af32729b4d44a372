// OpenSSL's libcrypto: digests, HMAC, AES-GCM, scrypt, random bytes.
#pragma once
// SHA1_Init, SHA1_Update and SHA1_Final are the only way to hash without allocating for each packet: copying an EVP_MD_CTX
// allocates. They are deprecated, and here to stay in version 3.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
