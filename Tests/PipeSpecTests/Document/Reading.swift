import PipeSpec
import Testing

/// A document, and the text of its entry `a`.
struct Reading {
  let yaml: String
  let text: String

  init(_ yaml: String, _ text: String) {
    self.yaml = yaml
    self.text = text
  }

  func check(sourceLocation: SourceLocation = #_sourceLocation) {
    let document = Document(yaml)
    #expect(document.diagnostics.isEmpty, sourceLocation: sourceLocation)
    #expect(document.root?["a"]?.scalar?.text == text, sourceLocation: sourceLocation)
  }
}
