// libtheora's encoder and decoder.
#pragma once
#include <ogg/ogg.h>
#include <theora/codec.h>
#include <theora/theoradec.h>
#include <theora/theoraenc.h>
