// libvpx's VP8, with typed forms of its variadic control call and of the macros that carry the ABI version.
#pragma once
#include <vpx/vp8.h>
#include <vpx/vp8cx.h>
#include <vpx/vp8dx.h>
#include <vpx/vpx_decoder.h>
#include <vpx/vpx_encoder.h>

static inline vpx_codec_err_t cvpx_vp8_encoder_default_config(vpx_codec_enc_cfg_t *config) {
    return vpx_codec_enc_config_default(vpx_codec_vp8_cx(), config, 0);
}

static inline vpx_codec_err_t cvpx_vp8_encoder_init(vpx_codec_ctx_t *context, const vpx_codec_enc_cfg_t *config) {
    return vpx_codec_enc_init(context, vpx_codec_vp8_cx(), config, 0);
}

static inline vpx_codec_err_t cvpx_vp8_decoder_init(
    vpx_codec_ctx_t *context, const vpx_codec_dec_cfg_t *config, vpx_codec_flags_t flags) {
    return vpx_codec_dec_init(context, vpx_codec_vp8_dx(), config, flags);
}

/// For the controls that take an int or an unsigned int.
static inline vpx_codec_err_t cvpx_control_int(vpx_codec_ctx_t *context, int control, int value) {
    return vpx_codec_control_(context, control, value);
}

/// For the controls that fill in an int.
static inline vpx_codec_err_t cvpx_control_get_int(vpx_codec_ctx_t *context, int control, int *value) {
    return vpx_codec_control_(context, control, value);
}

/// A frame packet's payload; NULL for packets of another kind.
static inline const void *cvpx_frame_bytes(const vpx_codec_cx_pkt_t *packet, size_t *size, int *is_key, long long *pts) {
    if (packet->kind != VPX_CODEC_CX_FRAME_PKT) return 0;
    *size = packet->data.frame.sz;
    *is_key = (packet->data.frame.flags & VPX_FRAME_IS_KEY) != 0;
    *pts = packet->data.frame.pts;
    return packet->data.frame.buf;
}
