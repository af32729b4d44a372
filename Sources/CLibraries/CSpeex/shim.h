// libspeex, and its built-in modes, which the header offers through a macro.
#pragma once
#include <speex/speex.h>
#include <speex/speex_callbacks.h>
#include <speex/speex_header.h>
#include <speex/speex_stereo.h>

/// The built-in mode with this SPEEX_MODEID, or NULL.
static inline const SpeexMode *cspeex_mode(int mode) {
    return speex_lib_get_mode(mode);
}
