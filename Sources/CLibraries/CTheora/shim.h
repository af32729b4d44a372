// libtheora's encoder and decoder. Ogg's types come from its own module, so that there is one of each.
#pragma once
#pragma clang module import COgg
#include <theora/codec.h>
#include <theora/theoradec.h>
#include <theora/theoraenc.h>
