import ArgumentParser
import Dispatch
import Glibc
import PipeEngine

/// Where the process begins.
@main
enum Program {
  static func main() {
    // Who asks how it stands before anything is known must not end it.
    signal(SIGUSR1, SIG_IGN)
    StandardStreams.fillGaps()
    // A reader that goes away has read enough, and a connection that is lost is an error told in words: neither ends the
    // process.
    signal(SIGPIPE, SIG_IGN)
    do {
      let arguments = CommandLineArguments.all
      if let guess = CommandGuess(arguments) { throw ValidationError(guess.message) }
      var command = try Pipe.parseAsRoot(arguments)
      let run = command as? RunCommand
      CrashReport.install(writesRows: run != nil)
      if let run {
        try MachineCheck.perform()
        start(run)
      } else if let trial = command as? TryCommand {
        try MachineCheck.perform()
        start(trial)
      } else if let why = command as? WhyCommand {
        start(why)
      } else {
        try command.run()
        return
      }
    } catch {
      end(with: error)
    }
    dispatchMain()
  }

  /// Runs a command on the cooperative pool; most do without threads.
  private static func start(_ command: sending some AsyncParsableCommand) {
    Task {
      var command = command
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
