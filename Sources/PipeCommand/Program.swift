import ArgumentParser
import Dispatch
import Glibc
import PipeEngine

/// Where the process begins.
@main
enum Program {
  static func main() {
    StandardStreams.fillGaps()
    do {
      var command = try Pipe.parseAsRoot(CommandLineArguments.all)
      let run = command as? RunCommand
      CrashReport.install(writesRows: run != nil)
      guard let run else {
        try command.run()
        return
      }
      try start(run)
    } catch {
      end(with: error)
    }
    dispatchMain()
  }

  /// Runs a spec on the cooperative pool; every other command does without threads.
  private static func start(_ command: sending RunCommand) throws {
    try MachineCheck.perform()
    Task {
      do {
        try await command.run()
        exit(0)
      } catch {
        end(with: error)
      }
    }
  }

  /// Help and the version are an output too: what cannot be written is a failure.
  private static func end(with error: any Error) -> Never {
    guard Pipe.exitCode(for: error).isSuccess else { Pipe.exit(withError: error) }
    let text = Pipe.fullMessage(for: error)
    do {
      if !text.isEmpty { try StandardOutput.write(text) }
      exit(0)
    } catch {
      exit(1)
    }
  }
}
