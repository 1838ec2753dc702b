/// The version of this program.
package enum PipeVersion {
  package static let text = "0.1.0"
}
