import ArgumentParser
import Glibc
import Reports
import Telemetry
import UVDriver

/// Parses the command line, runs the command and turns whatever comes of it into output and an exit code.
enum Launcher {
    static func run(_ given: [String]? = nil) -> Int32 {
        StandardDescriptors.hold()
        ProcessSetup.keepDescriptorsPrivate()
        try? ProcessSetup.unblockSignals()
        // Whatever waits, Ctrl-C ends it with the same code; processes of the mesh set actions of their own.
        signal(SIGINT) { _ in _exit(ExitStatus.interrupted.rawValue) }
        let words = given ?? Array(CommandLine.arguments.dropFirst())
        if words.first == ProgramExec.command { return ProgramExec.run(Array(words.dropFirst())) }
        if words.first == ProgramKeeper.command { return ProgramKeeper.run(Array(words.dropFirst())) }
        let arguments = WatchOptions.spelledOut(words)
        let status = outcome(arguments)
        guard let failure = StandardOutput.outcome(status) else { return status }
        return StandardOutput.isUnread ? failure.status.rawValue : report(failure, arguments)
    }

    private static func outcome(_ arguments: [String]) -> Int32 {
        if let failure = RawArguments.failure() { return report(failure, arguments) }
        do {
            var command = try parsed(arguments)
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

    /// A mesh starts many cells: their arguments are read without making the tree of all commands first. What is not
    /// understood so is, as all else, the tree's.
    private static func parsed(_ arguments: [String]) throws -> any ParsableCommand {
        if arguments.first == CellCommand.configuration.commandName, arguments.dropFirst().first == "--name",
            let command = try? CellRunCommand.parse(Array(arguments.dropFirst()))
        {
            return command
        }
        return try CellMesh.parseAsRoot(arguments)
    }

    /// The one form of all errors: what is wrong, what to do about it, and the command to try next.
    private static func report(_ failure: CommandFailure, _ arguments: [String]) -> Int32 {
        let console = Console(raw: arguments)
        if console.format == .json {
            console.message(document: DocumentText.json(failure.document, .compact))
        } else {
            // What a message quotes may come from anyone.
            console.message("\(console.painted("error:", .red)) \(DisplayText.cleanLines(failure.message))")
            if let hint = failure.hint {
                console.message("\(console.painted("hint:", .cyan)) \(DisplayText.cleanLines(hint))")
            }
            if let next = failure.next { console.next(DisplayText.clean(next)) }
        }
        return failure.status.rawValue
    }

    /// Help that was asked for, and errors of the command line itself.
    private static func report(parsing error: any Error, _ arguments: [String]) -> Int32 {
        if let failure = UnknownCommand.failure(arguments) { return report(failure, arguments) }
        let status = CellMesh.exitCode(for: error).rawValue
        if status == ExitStatus.ok.rawValue {
            Console(raw: arguments).data(CellMesh.fullMessage(for: error) + "\n")
            return status
        }
        guard status == ExitStatus.usage.rawValue else {
            let known = ExitStatus(rawValue: status) ?? .failed
            return report(CommandFailure(known, CellMesh.message(for: error)), arguments)
        }
        return report(ArgumentProblem.failure(CellMesh.message(for: error), arguments), arguments)
    }
}
