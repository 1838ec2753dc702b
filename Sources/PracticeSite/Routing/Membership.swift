/// Who has seen the login's form, and who is logged in. Pure: the random names are passed in.
struct Membership {
  /// Names that are remembered at most; beyond, everything is forgotten and begins anew.
  private static let mostNames = 10_000

  static let user = "ada"
  static let password = "s3cret pass"

  /// The token of the form that each visitor saw last.
  private var tokens: [String: String] = [:]
  /// How many pages each session has left; `nil` for any number.
  private var sessions: [String: Int?] = [:]

  /// Shows the form to a visitor: only this token counts from now on.
  mutating func showForm(to visitor: String, token: String) {
    if tokens.count >= Self.mostNames { tokens = [:] }
    tokens[visitor] = token
  }

  /// Whether a form comes from who was shown it. It can be sent once.
  mutating func takes(_ token: String, of visitor: String) -> Bool { tokens.removeValue(forKey: visitor) == token }

  /// Begins a session that is good for so many pages.
  mutating func begin(_ session: String, uses: Int?) {
    if sessions.count >= Self.mostNames { sessions = [:] }
    sessions[session] = .some(uses)
  }

  /// Whether a session is good for one more page.
  mutating func admits(_ session: String) -> Bool {
    guard let left = sessions[session] else { return false }
    guard let left else { return true }
    sessions[session] = left > 1 ? .some(left - 1) : nil
    return true
  }

  mutating func reset() { self = Membership() }
}
