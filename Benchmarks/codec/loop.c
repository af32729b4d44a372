// The same work as Loop.swift, straight on the libraries: what a wrapper is measured against.
#include <opus/opus.h>
#include <speex/speex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vpx/vp8dx.h>
#include <vpx/vpx_decoder.h>

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

static long vp8(const char *path, int rounds) {
    FILE *file = fopen(path, "rb");
    fseek(file, 0, SEEK_END);
    long length = ftell(file), total = 0;
    rewind(file);
    unsigned char *data = malloc(length), *picture = malloc(1 << 22);
    if (fread(data, 1, length, file) != (size_t)length) return -1;
    vpx_codec_ctx_t context;
    vpx_codec_dec_init(&context, vpx_codec_vp8_dx(), NULL, 0);
    for (int round = 0; round < rounds; round++) {
        for (long offset = 32; offset + 12 <= length;) {
            unsigned size;
            memcpy(&size, data + offset, 4);
            vpx_codec_decode(&context, data + offset + 12, size, NULL, 0);
            offset += 12 + size;
            vpx_codec_iter_t iterator = NULL;
            vpx_image_t *image = vpx_codec_get_frame(&context, &iterator);
            if (!image) continue;
            unsigned char *to = picture;
            for (int plane = 0; plane < 3; plane++) {
                unsigned width = plane ? (image->d_w + 1) / 2 : image->d_w, height = plane ? (image->d_h + 1) / 2 : image->d_h;
                for (unsigned row = 0; row < height; row++, to += width)
                    memcpy(to, image->planes[plane] + row * image->stride[plane], width);
            }
            total += to - picture;
        }
    }
    return total;
}

int main(int count, char **arguments) {
    int rounds = atoi(arguments[2]);
    long total = !strcmp(arguments[1], "opus") ? opus(rounds)
        : !strcmp(arguments[1], "speex")       ? speex(rounds)
                                               : vp8(arguments[3], rounds);
    printf("%ld\n", total);
}
