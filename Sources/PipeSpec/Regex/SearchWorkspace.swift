internal import CLibpcre2

/// What one search at a time needs: the places of its groups, its stack and its bounds.
///
/// `@unchecked Sendable`: it rests in a pool behind a lock, and one search at a time owns it.
final class SearchWorkspace: @unchecked Sendable {
  let data: OpaquePointer
  let context: OpaquePointer
  private let stack: OpaquePointer?
  private let meter: UnsafeMutablePointer<pipe_regex_meter>

  /// `nil` where memory is short.
  init?(for code: OpaquePointer) {
    guard let data = pcre2_match_data_create_from_pattern_8(code, nil) else { return nil }
    guard let context = pcre2_match_context_create_8(nil) else {
      pcre2_match_data_free_8(data)
      return nil
    }
    self.data = data
    self.context = context
    // Without a stack of its own the compiled code has 32 KiB, too little for a long alternation.
    stack = pcre2_jit_stack_create_8(32 << 10, 1 << 20, nil)
    meter = .allocate(capacity: 1)
    meter.initialize(to: pipe_regex_meter())
    if let stack { pcre2_jit_stack_assign_8(context, nil, UnsafeMutableRawPointer(stack)) }
    pcre2_set_match_limit_8(context, 10_000_000)
    pcre2_set_depth_limit_8(context, 100_000)
    pcre2_set_heap_limit_8(context, 16 << 10)  // KiB
    pipe_regex_set_meter(context, meter)
  }

  deinit {
    pcre2_match_data_free_8(data)
    pcre2_match_context_free_8(context)
    if let stack { pcre2_jit_stack_free_8(stack) }
    meter.deallocate()
  }

  /// Sets the bound of a search, in steps.
  func begin(budget: Int64, step: Int64, highestReference: UInt32) {
    meter.pointee = pipe_regex_meter(
      budget: budget, position: 0, step: step, highest_reference: highestReference)
  }

  /// The steps that are left.
  var budget: Int64 { meter.pointee.budget }

  /// The range of a group of the match just found; `nil` where it took no part.
  func range(of group: Int) -> Range<Int>? {
    guard group < Int(pcre2_get_ovector_count_8(data)), let places = pcre2_get_ovector_pointer_8(data) else {
      return nil
    }
    let start = places[2 * group]
    let end = places[2 * group + 1]
    // PCRE2_UNSET, the largest size, reads as -1 here; \K can put the start behind the end.
    guard start >= 0, end >= 0 else { return nil }
    return min(start, end)..<end
  }

  func ranges(count: Int) -> [Range<Int>?] { (0..<count).map(range(of:)) }
}
