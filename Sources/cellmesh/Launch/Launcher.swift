import ArgumentParser
import Glibc
import UVDriver

/// Parses the command line, runs the command and turns whatever comes of it into output and an exit code.
enum Launcher {
    static func run(_ arguments: [String] = Array(CommandLine.arguments.dropFirst())) -> Int32 {
        ProcessSetup.keepDescriptorsPrivate()
        try? ProcessSetup.unblockSignals()
        // Whatever waits, Ctrl-C ends it with the same code; processes of the mesh set actions of their own.
        signal(SIGINT) { _ in _exit(ExitStatus.interrupted.rawValue) }
        do {
            var command = try CellMesh.parseAsRoot(arguments)
            try command.run()
            return ExitStatus.ok.rawValue
        } catch let failure as CommandFailure {
            return report(failure, arguments)
        } catch let code as ExitCode {
            return code.rawValue
        } catch {
            return report(parsing: error, arguments)
        }
    }

    private static func report(_ failure: CommandFailure, _ arguments: [String]) -> Int32 {
        let console = Console(raw: arguments)
        if console.format == .json {
            console.message(failure.document.json(.compact))
        } else {
            console.message("\(console.painted("error:", .red)) \(failure.message)")
            if let hint = failure.hint { console.message("\(console.painted("hint:", .cyan)) \(hint)") }
            if let next = failure.next { console.next(next) }
        }
        return failure.status.rawValue
    }

    /// Help that was asked for, and errors of the command line itself.
    private static func report(parsing error: any Error, _ arguments: [String]) -> Int32 {
        if let failure = UnknownCommand.failure(arguments) { return report(failure, arguments) }
        let status = CellMesh.exitCode(for: error).rawValue
        if status == ExitStatus.ok.rawValue {
            Console(raw: arguments).data(CellMesh.fullMessage(for: error) + "\n")
        } else if status == ExitStatus.usage.rawValue, Console(raw: arguments).format != .json {
            Console(raw: arguments).message(CellMesh.fullMessage(for: error))
        } else {
            let known = ExitStatus(rawValue: status) ?? .failed
            return report(CommandFailure(known, CellMesh.message(for: error)), arguments)
        }
        return status
    }
}
