#include "text.h"

#include <string.h>

#include "protocol.h"

enum { HEAD = 12, KINDS = 26 };

/// The alphabet again and again; a filling begins at one of its first letters.
static const char *filling(unsigned sender, uint32_t number) {
    static char letters[TEXT_SIZE + KINDS];
    if (letters[0] == 0) {
        for (unsigned index = 0; index < sizeof letters; index++) letters[index] = (char)('a' + index % KINDS);
    }
    return letters + (sender + number) % KINDS;
}

static void write_hexadecimal(char *text, unsigned digits, uint32_t value) {
    while (digits-- > 0) {
        text[digits] = "0123456789abcdef"[value & 15];
        value >>= 4;
    }
}

static bool read_hexadecimal(const char *text, unsigned digits, uint32_t *value) {
    *value = 0;
    for (unsigned index = 0; index < digits; index++) {
        unsigned digit = (unsigned char)text[index];
        if (digit - '0' < 10) {
            digit -= '0';
        } else if (digit - 'a' < 6) {
            digit -= 'a' - 10;
        } else {
            return false;
        }
        *value = *value << 4 | digit;
    }
    return true;
}

void text_make(char *text, unsigned sender, uint32_t number) {
    write_hexadecimal(text, 4, sender);
    write_hexadecimal(text + 4, 8, number);
    memcpy(text + HEAD, filling(sender, number), TEXT_SIZE - HEAD);
}

bool text_read(const char *text, unsigned *sender, uint32_t *number) {
    uint32_t from;
    if (!read_hexadecimal(text, 4, &from) || !read_hexadecimal(text + 4, 8, number)) return false;
    *sender = from;
    return memcmp(text + HEAD, filling(from, *number), TEXT_SIZE - HEAD) == 0;
}
