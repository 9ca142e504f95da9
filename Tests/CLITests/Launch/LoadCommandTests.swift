import ArgumentParser
import Testing

@testable import cellmesh

/// A load of its own process is asked for as one of this process is.
@Suite struct LoadCommandTests {
    /// `--name` and `-n` of a command's help.
    private func options(_ command: any ParsableCommand.Type) -> Set<String> {
        let words = CellMesh.helpMessage(for: command, includeHidden: true, columns: 10_000).split(separator: "\n")
            .map { $0.drop { $0 == " " } }.filter { $0.hasPrefix("-") }.flatMap { $0.split(separator: " ") }
        return Set(words.filter { $0.hasPrefix("--") }.map { $0.filter { $0 != "," } })
    }

    @Test func startTakesWhatRunTakes() {
        let run = options(LoadRunCommand.self)
        #expect(run.count > 15 && run.contains("--router"), "\(run)")
        #expect(options(LoadStartCommand.self) == run)
    }

    /// Whatever is given to `load start` reaches the process that sends.
    @Test func allOptionsAreHandedOn() throws {
        let given = [
            "--rate", "7.5", "--duration", "3s", "--customers", "9", "--mix", "reads=100%", "--priorities", "low=100%",
            "--service", "cart", "--slo", "p99<50ms", "--verify", "--seed", "5", "--connections", "3", "--timeout",
            "2s",
            "--keys", "4", "--router", "127.0.0.1:7000", "--post", "plain", "--values", "1..5", "--no-report",
        ]
        let handed = Set(try LoadOptions.parse(given).arguments)
        #expect(Set(given).subtracting(handed) == [], "\(handed)")
        // None is missing above either.
        let shared = options(LoadRunCommand.self)
        let others: Set = ["--mesh", "--output", "--color", "--help", "--version"]
        #expect(shared.subtracting(others).subtracting(given) == [], "\(shared)")
    }
}
