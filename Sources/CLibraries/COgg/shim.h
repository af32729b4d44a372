// libogg: pages and packets of the Ogg container.
#pragma once
#include <ogg/ogg.h>
