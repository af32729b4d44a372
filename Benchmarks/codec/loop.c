// The same work as Loop.swift, straight on the libraries: what a wrapper is measured against.
#include <opus/opus.h>
#include <speex/speex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <theora/theoradec.h>
#include <theora/theoraenc.h>
#include <vpx/vp8cx.h>
#include <vpx/vp8dx.h>
#include <vpx/vpx_decoder.h>
#include <vpx/vpx_encoder.h>

enum { WIDTH = 176, HEIGHT = 144, PICTURE = WIDTH * HEIGHT * 3 / 2 };

static float *samples(int count) {
    float *pcm = malloc(sizeof(float) * count);
    unsigned state = 1;
    for (int i = 0; i < count; i++) {
        state = state * 1664525u + 1013904223u;
        float saw = (float)(i % 147) / 147 - 0.5f;
        pcm[i] = 0.4f * saw + 0.05f * ((float)(state >> 16) / 65536 - 0.5f);
    }
    return pcm;
}

static unsigned char *read_all(const char *path, long *length) {
    FILE *file = fopen(path, "rb");
    fseek(file, 0, SEEK_END);
    *length = ftell(file);
    rewind(file);
    unsigned char *data = malloc(*length);
    if (fread(data, 1, *length, file) != (size_t)*length) exit(1);
    return data;
}

static long opus(int frames) {
    float *pcm = samples(960 * 50), out[5760];
    unsigned char packet[4000];
    int status;
    long total = 0;
    OpusEncoder *encoder = opus_encoder_create(48000, 1, OPUS_APPLICATION_VOIP, &status);
    opus_encoder_ctl(encoder, OPUS_SET_BITRATE(24000));
    opus_encoder_ctl(encoder, OPUS_SET_COMPLEXITY(5));
    OpusDecoder *decoder = opus_decoder_create(48000, 1, &status);
    for (int i = 0; i < frames; i++) {
        int size = opus_encode_float(encoder, pcm + i % 50 * 960, 960, packet, sizeof packet);
        total += size + opus_decode_float(decoder, packet, size, out, 5760, 0);
    }
    return total;
}

static long speex(int frames) {
    float *pcm = samples(320 * 50), frame[320];
    char packet[200];
    long total = 0;
    int quality = 6, complexity = 3;
    void *encoder = speex_encoder_init(speex_lib_get_mode(SPEEX_MODEID_WB));
    void *decoder = speex_decoder_init(speex_lib_get_mode(SPEEX_MODEID_WB));
    speex_encoder_ctl(encoder, SPEEX_SET_QUALITY, &quality);
    speex_encoder_ctl(encoder, SPEEX_SET_COMPLEXITY, &complexity);
    SpeexBits in, out;
    speex_bits_init(&in);
    speex_bits_init(&out);
    for (int i = 0; i < frames; i++) {
        for (int k = 0; k < 320; k++) frame[k] = pcm[i % 50 * 320 + k] * 32768;
        speex_bits_reset(&out);
        speex_encode(encoder, frame, &out);
        int size = speex_bits_write(&out, packet, sizeof packet);
        speex_bits_read_from(&in, packet, size);
        speex_decode(decoder, &in, frame);
        for (int k = 0; k < 320; k++) frame[k] /= 32768;
        total += size + 320;
    }
    return total;
}

static unsigned char *copy_plane(unsigned char *to, const unsigned char *from, int stride, unsigned width, unsigned height) {
    for (unsigned row = 0; row < height; row++, to += width) memcpy(to, from + row * stride, width);
    return to;
}

static long vp8_decode(const char *path, int frames) {
    long length, total = 0;
    unsigned char *data = read_all(path, &length), *picture = malloc(1 << 22);
    vpx_codec_ctx_t context;
    vpx_codec_dec_init(&context, vpx_codec_vp8_dx(), NULL, 0);
    for (long offset = 32; frames > 0; frames--) {
        unsigned size;
        memcpy(&size, data + offset, 4);
        vpx_codec_decode(&context, data + offset + 12, size, NULL, 0);
        offset += 12 + size;
        if (offset + 12 > length) offset = 32;
        vpx_codec_iter_t iterator = NULL;
        vpx_image_t *image = vpx_codec_get_frame(&context, &iterator);
        if (!image) continue;
        unsigned char *to = picture;
        for (int plane = 0; plane < 3; plane++)
            to = copy_plane(to, image->planes[plane], image->stride[plane],
                plane ? (image->d_w + 1) / 2 : image->d_w, plane ? (image->d_h + 1) / 2 : image->d_h);
        total += to - picture;
    }
    return total;
}

static long vp8_encode(const char *path, int frames) {
    long length, total = 0;
    unsigned char *film = read_all(path, &length), *packet = malloc(1 << 20);
    vpx_codec_ctx_t context;
    vpx_codec_enc_cfg_t config;
    vpx_codec_enc_config_default(vpx_codec_vp8_cx(), &config, 0);
    config.g_w = WIDTH;
    config.g_h = HEIGHT;
    config.g_timebase.num = 1;
    config.g_timebase.den = 10;
    config.g_threads = 1;
    config.g_lag_in_frames = 0;
    config.rc_end_usage = VPX_CBR;
    config.rc_target_bitrate = 100;
    config.rc_min_quantizer = 2;
    config.rc_max_quantizer = 63;
    config.rc_dropframe_thresh = 0;
    config.rc_undershoot_pct = 100;
    config.rc_overshoot_pct = 15;
    config.rc_buf_sz = 1000;
    config.rc_buf_initial_sz = 500;
    config.rc_buf_optimal_sz = 600;
    config.kf_mode = VPX_KF_DISABLED;
    config.kf_max_dist = 300;
    vpx_codec_enc_init(&context, vpx_codec_vp8_cx(), &config, 0);
    vpx_codec_control(&context, VP8E_SET_CPUUSED, -8);
    vpx_codec_control(&context, VP8E_SET_NOISE_SENSITIVITY, 0);
    vpx_codec_control(&context, VP8E_SET_STATIC_THRESHOLD, 1);
    vpx_codec_control(&context, VP8E_SET_TOKEN_PARTITIONS, 0);
    vpx_codec_control(&context, VP8E_SET_MAX_INTRA_BITRATE_PCT, 500);
    vpx_image_t image;
    for (int i = 0; i < frames; i++) {
        vpx_img_wrap(&image, VPX_IMG_FMT_I420, WIDTH, HEIGHT, 1, film + i % (length / PICTURE) * PICTURE);
        vpx_codec_encode(&context, &image, i, 1, i % 300 ? 0 : VPX_EFLAG_FORCE_KF, VPX_DL_REALTIME);
        vpx_codec_iter_t iterator = NULL;
        const vpx_codec_cx_pkt_t *output;
        while ((output = vpx_codec_get_cx_data(&context, &iterator)))
            if (output->kind == VPX_CODEC_CX_FRAME_PKT) {
                memcpy(packet, output->data.frame.buf, output->data.frame.sz);
                total += output->data.frame.sz;
            }
    }
    return total;
}

static void describe(th_info *info) {
    th_info_init(info);
    info->frame_width = info->pic_width = WIDTH;
    info->frame_height = info->pic_height = HEIGHT;
    info->fps_numerator = 10;
    info->fps_denominator = 1;
    info->pixel_fmt = TH_PF_420;
    info->quality = 30;
    info->keyframe_granule_shift = 7;
}

// Encodes, and decodes what was encoded where `decodes` is set.
static long theora(const char *path, int frames, int decodes) {
    long length, total = 0;
    unsigned char *film = read_all(path, &length), *packet = malloc(1 << 20), *picture = malloc(PICTURE);
    th_info info;
    describe(&info);
    th_enc_ctx *encoder = th_encode_alloc(&info);
    int speed = 1, quality = 30;
    unsigned interval = 64;
    th_encode_ctl(encoder, TH_ENCCTL_SET_SPLEVEL, &speed, sizeof speed);
    th_encode_ctl(encoder, TH_ENCCTL_SET_QUALITY, &quality, sizeof quality);
    th_encode_ctl(encoder, TH_ENCCTL_SET_KEYFRAME_FREQUENCY_FORCE, &interval, sizeof interval);
    th_comment comment;
    th_comment_init(&comment);
    th_setup_info *setup = NULL;
    th_info found;
    th_comment found_comment;
    th_info_init(&found);
    th_comment_init(&found_comment);
    ogg_packet output;
    while (th_encode_flushheader(encoder, &comment, &output) > 0) th_decode_headerin(&found, &found_comment, &setup, &output);
    th_dec_ctx *decoder = th_decode_alloc(&found, setup);
    for (int i = 0; i < frames; i++) {
        unsigned char *source = film + i % (length / PICTURE) * PICTURE;
        th_ycbcr_buffer image;
        for (int plane = 0; plane < 3; plane++) {
            image[plane].width = image[plane].stride = plane ? WIDTH / 2 : WIDTH;
            image[plane].height = plane ? HEIGHT / 2 : HEIGHT;
            image[plane].data = source + (plane > 0) * WIDTH * HEIGHT + (plane > 1) * WIDTH * HEIGHT / 4;
        }
        th_encode_ycbcr_in(encoder, image);
        while (th_encode_packetout(encoder, 0, &output) > 0) {
            memcpy(packet, output.packet, output.bytes);
            total += output.bytes;
            if (!decodes) continue;
            output.packet = packet;
            if (th_decode_packetin(decoder, &output, NULL)) continue;
            th_ycbcr_buffer shown;
            th_decode_ycbcr_out(decoder, shown);
            unsigned char *to = picture;
            for (int plane = 0; plane < 3; plane++)
                to = copy_plane(to, shown[plane].data, shown[plane].stride, plane ? WIDTH / 2 : WIDTH, plane ? HEIGHT / 2 : HEIGHT);
            total += to - picture;
        }
    }
    return total;
}

int main(int count, char **arguments) {
    if (count < 3) return 2;
    const char *loop = arguments[1], *path = count > 3 ? arguments[3] : "";
    int rounds = atoi(arguments[2]);
    long total = !strcmp(loop, "opus")        ? opus(rounds)
        : !strcmp(loop, "speex")              ? speex(rounds)
        : !strcmp(loop, "vp8-decode")         ? vp8_decode(path, rounds)
        : !strcmp(loop, "vp8-encode")         ? vp8_encode(path, rounds)
        : !strcmp(loop, "theora-encode")      ? theora(path, rounds, 0)
                                              : theora(path, rounds, 1);
    printf("%ld\n", total);
}
