import ArgumentParser
import Testing

@testable import cellmesh

/// What every command says of itself.
@Suite struct HelpTests {
    static func all(
        _ command: any ParsableCommand.Type = CellMesh.self
    ) -> [any ParsableCommand.Type] { [command] + command.configuration.subcommands.flatMap { all($0) } }

    /// A default that has no text of its own is told as Swift prints it: `StageList(percents: [25, 100])`.
    @Test func everyDefaultIsReadable() {
        let commands = Self.all()
        #expect(commands.count > 60)
        var defaults = 0
        for command in commands {
            let help = CellMesh.helpMessage(for: command, includeHidden: true, columns: 10_000)
            for part in help.split(separator: "(default: ").dropFirst().map({ $0.prefix(60) }) {
                defaults += 1
                let value = part.prefix { $0 != "\n" }
                let end = value.firstIndex(of: ")") ?? value.endIndex
                #expect(!value[..<end].contains { "([{\"".contains($0) }, "\(command): (default: \(value)")
            }
        }
        #expect(defaults > 30)
    }

    /// Each drill has its own promise, which its help and its bounds tell.
    @Test func aShareThatIsNoPromiseIsRefused() throws {
        func success(_ arguments: String...) throws -> Double? {
            let command = try CellMesh.parseAsRoot(["drill", "run"] + arguments)
            return (command as? DrillEvacuationCommand)?.success?.value
                ?? (command as? DrillPartitionCommand)?.success?.value
        }
        #expect(try success("region-evacuation", "--success", "0.999") == 0.999)
        #expect(try success("evacuation", "us-east", "--success", "0.5") == 0.5)
        #expect(try success("partition", "--success", "100%") == 1)
        for drill in ["evacuation", "partition"] {
            for share in ["0", "0%", "101%", "2"] {
                #expect(throws: (any Error).self) { try success(drill, "--success", share) }
            }
        }
        #expect(try success("evacuation") == nil && success("partition") == nil)
        let help = CellMesh.helpMessage(for: DrillPartitionCommand.self, columns: 10_000)
        #expect(help.contains("99% where left out"), "\(help)")
    }
}
