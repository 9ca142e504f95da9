import ArgumentParser
import Blueprints
import ControlPlane
import MeshBase
import Scenarios
import Telemetry

struct DrillScenarioCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scenario", abstract: "Run one of the drills that this program has, or a scenario file.",
        discussion: """
            Validates that the mesh is whole, predicts, looks at it under load, checks the hypothesis, does what the scenario \
            says, takes it back, waits until the mesh is steady, and reads every acknowledged write back. Ctrl-C, and whatever \
            goes wrong, takes back what was done. One drill at a time.

            Exit codes: 0 passed, 1 failed, 2 refused and nothing changed, 3 inconclusive or the mesh was not well before, \
            5 a claim was not kept, 130 interrupted.

              cellmesh drill run kill-cell
              cellmesh drill run scenarios/storefront.yaml
            """, shouldDisplay: false)

    @Argument(help: ArgumentHelp("A drill (drill ls), or a file.", valueName: "name|file"), completion: .file())
    var name: String

    /// What it takes, behind the words of a command that stands for it.
    static var usage: String {
        let usage = usageString()
        return usage.firstRange(of: "<name|file>").map { String(usage[$0.lowerBound...]).trimmedEnd } ?? usage
    }

    @Flag(help: "Run the programs that the scenario names ('process'), with the rights of whoever runs this.")
    var allowProcess = false

    @Flag(help: "Run it outside of the hours that its 'schedule' has.")
    var anyTime = false

    @OptionGroup var options: DrillOptions

    func run() throws {
        let (scenario, text) = try ScenarioFile.sound(name, options.output.console)
        if !allowProcess {
            try ScenarioFile.refuseProcesses(of: [scenario], next: "cellmesh drill run \(name) --allow-process")
        }
        if options.rehearse != nil, let call = scenario.calls.first {
            throw CommandFailure(.usage, "\(call.simulationRefusal); nothing was changed", hint: "leave --rehearse out")
        }
        let words = (allowProcess ? " --allow-process" : "") + (anyTime ? " --any-time" : "")
        guard anyTime || scenario.schedule.allow(LocalTime(WallClock.now()).week) else {
            throw CommandFailure(
                .declined, "'\(scenario.name)' is not to run now, by its 'schedule'; nothing was changed",
                next: "cellmesh drill run \(name)\(words) --any-time")
        }
        try options.run(scenario, text: text, as: name, with: words)
    }
}

/// A scenario by the name of a drill or of a file.
enum ScenarioFile {
    /// Whether a word names a drill, or a file that is a scenario, and no topology.
    static func isMeant(_ name: String) -> Bool {
        if BuiltInScenarios.text(of: name) != nil { return true }
        guard name != "-", SystemFile.exists(name) else { return false }
        return MeshFiles.isScenario(name)
    }

    /// - Throws: where a scenario runs a program, with its place.
    static func refuseProcesses(of scenarios: [Scenario], next: String? = nil) throws {
        guard let call = scenarios.lazy.flatMap(\.calls).first(where: \.isProcess) else { return }
        throw CommandFailure(
            .usage,
            "\(call.place): the program '\(call.text.prefix(100))' is run with --allow-process alone; nothing was changed",
            hint: "look at what it does first", next: next)
    }

    /// Whether a word that names no drill is a file's: it looks like a path, or there is such a file.
    static func isPath(_ name: String) -> Bool {
        name.contains("/") || [".yaml", ".yml", ".json"].contains(where: name.hasSuffix) || SystemFile.exists(name)
    }

    /// Of a word that is neither, with the nearest drill.
    static func unknown(_ name: String, _ message: String) -> CommandFailure {
        CommandFailure(
            .usage, message,
            hint: NearestWord.hint(for: name, among: BuiltInScenarios.words, listing: "drills are"),
            next: "cellmesh drill ls")
    }

    /// - Throws: with all problems where it has an error.
    /// - Returns: the scenario, and its file's text.
    static func sound(_ name: String, _ console: Console) throws -> (Scenario, text: String) {
        if let scenario = BuiltInScenarios.named(name), let text = BuiltInScenarios.text(of: name) {
            return (scenario, text)
        }
        guard isPath(name) else {
            throw unknown(name, "there is no drill '\(name.prefix(100))'; nothing was changed")
        }
        let result = MeshFiles.load(scenario: name)
        guard let scenario = result.scenario else {
            throw CommandFailure.unreadable(name, result, console)
        }
        return (scenario, result.sources.first?.text ?? "")
    }
}

extension CommandFailure {
    /// A file that cannot be run. People read all that is wrong with it first; a program has the first of it in its one line.
    static func unreadable(_ name: String, _ result: MeshFilesResult, _ console: Console) -> CommandFailure {
        guard console.format != .json else {
            let first = result.problems.first { $0.severity == .error }
            let place = first.map { ": \($0.file):\($0.line):\($0.column): \($0.message)" } ?? ""
            return CommandFailure(
                .usage, "'\(name)' cannot be run; nothing was changed\(place)", hint: first?.hint,
                next: "cellmesh validate \(name) -o json")
        }
        console.message(PaintedText.adopted(result.rendered(color: console.paintsMessages).trimmedEnd))
        return CommandFailure(
            .usage, "'\(name)' cannot be run; nothing was changed", next: "cellmesh validate \(name)")
    }
}

extension String {
    var trimmedEnd: String {
        var text = self
        while text.hasSuffix("\n") { text.removeLast() }
        return text
    }
}
