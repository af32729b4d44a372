// The text of a message: who sent it, its number, and a filling that depends on both.
#pragma once
#include <stdbool.h>
#include <stdint.h>

/// Writes the TEXT_SIZE bytes of a sender's message.
void text_make(char *text, unsigned sender, uint32_t number);

/// Reads them; false where a byte is not as it was written.
bool text_read(const char *text, unsigned *sender, uint32_t *number);
