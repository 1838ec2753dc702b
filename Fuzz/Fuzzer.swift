internal import Glibc

/// `FUZZ_TARGET=NAME pipe-fuzz …`: hands the process over to libFuzzer, whose options the arguments are; without a
/// target, lists them. SwiftPM's programs have a `main` of their own, so libFuzzer's is not used.
@main
enum Fuzzer {
  static func main() {
    guard target != nil else {
      for target in FuzzTarget.all { print("\(target.name)  \(target.summary)") }
      exit(64)
    }
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
    exit(
      runDriver(&count, &arguments) { start, count in
        Fuzzer.target?.run(UnsafeBufferPointer(start: start, count: count))
        return 0
      })
  }

  /// By the environment, which processes that libFuzzer starts have too.
  static let target = getenv("FUZZ_TARGET").flatMap { name in FuzzTarget.all.first { $0.name == String(cString: name) }
  }
}

/// llvm/compiler-rt, `FuzzerInterface.h` and "Using libFuzzer as a library".
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
  _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt
