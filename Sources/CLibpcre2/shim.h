#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdint.h>

// PCRE2's own limits count backtracking points, and start anew at every place of the text where a match
// is tried; neither a long run between two such points nor a long text is counted. A pattern as plain as
// /<title>.*?\s*<\/title>/ then takes hours on a page of blanks. So the pattern is compiled with automatic
// callouts, and this meter charges every step with the distance that it moved over the text.
struct pipe_regex_meter {
  int64_t budget;
  size_t position;
  // What a step costs at least.
  int64_t step;
  // The highest group that the pattern refers back to: comparing with its text moves nowhere while it fails.
  uint32_t highest_reference;
};

static int pipe_regex_charge(pcre2_callout_block *block, void *data) {
  struct pipe_regex_meter *meter = data;
  size_t position = block->current_position;
  size_t moved = position > meter->position ? position - meter->position : meter->position - position;
  int64_t cost = meter->step + (int64_t)moved;
  for (uint32_t group = 1; group <= meter->highest_reference && group < block->capture_top; group++) {
    size_t start = block->offset_vector[2 * group], end = block->offset_vector[2 * group + 1];
    if (start != PCRE2_UNSET && end != PCRE2_UNSET && end > start) cost += (int64_t)(end - start) / 4;
  }
  meter->position = position;
  meter->budget -= cost;
  return meter->budget < 0 ? PCRE2_ERROR_CALLOUT : 0;
}

static inline void pipe_regex_set_meter(pcre2_match_context *context, struct pipe_regex_meter *meter) {
  pcre2_set_callout(context, pipe_regex_charge, meter);
}

// A subject of no bytes may have no address in Swift; releases before 10.40 refuse that.
static inline int pipe_regex_match(
    const pcre2_code *code, const uint8_t *subject, size_t length, size_t start, uint32_t options,
    pcre2_match_data *data, pcre2_match_context *context) {
  return pcre2_match(code, subject ? subject : (const uint8_t *)"", length, start, options, data, context);
}
