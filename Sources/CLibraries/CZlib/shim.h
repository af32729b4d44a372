#pragma once
#include <zlib.h>

/// `deflateInit2` is a macro, which Swift does not see. Raw deflate with the default window.
static inline int media_relay_deflate_init(z_stream *stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
}

/// `inflateInit2` is a macro, which Swift does not see. Raw inflate with the default window.
static inline int media_relay_inflate_init(z_stream *stream) {
    return inflateInit2(stream, -15);
}
