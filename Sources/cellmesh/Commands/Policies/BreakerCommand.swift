import ArgumentParser
import ControlPlane
import MeshBase
import Reports
import Resilience

struct BreakerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "breaker", abstract: "Look at breakers, and hold them by hand.",
        discussion: """
            A gate is named NODE/FROM/TO: r1/us-east-1/checkout stands in a router before a cell's service, \
            us-east-1/checkout/payment in a cell before a call. edge/checkout/payment means that call in all cells.
            """,
        subcommands: [
            BreakerListCommand.self, BreakerForceOpenCommand.self, BreakerCloseCommand.self, BreakerDisableCommand.self,
            BreakerWatchCommand.self, BreakerResetCommand.self,
        ])
}

/// What the commands that hold breakers have in common.
struct GateArguments: ParsableArguments {
    @Argument(help: ArgumentHelp("Gates, as NODE/FROM/TO or edge/FROM/TO.", valueName: "gate"))
    var gates: [String]

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    /// - Parameter mode: nil lets the policy decide again.
    func run(_ mode: BreakerEntry.Mode?, lease: Int64? = nil) throws {
        let topology = try StoredMesh(try mesh.running()).topology
        let names = try GateFinder(topology).gates(gates)
        try SettingsRun.run(
            names.map { SettingsWish(.breaker, $0, value: mode?.rawValue, lease: lease) }, mesh, output.console,
            next: "cellmesh breaker ls")
    }
}

/// How long a breaker is held.
struct HoldOptions: ParsableArguments {
    @Option(name: .customLong("for"), help: ArgumentHelp("How long it is held.", valueName: "duration"))
    var time = DurationArgument(BreakerEntry.standardTime)
}

struct BreakerForceOpenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "force-open", abstract: "Refuse every call at gates.",
        discussion: "  cellmesh breaker force-open us-east-1/checkout/payment --for 30s")
    @OptionGroup var gates: GateArguments
    @OptionGroup var hold: HoldOptions
    func run() throws { try gates.run(.forcedOpen, lease: hold.time.milliseconds) }
}

struct BreakerCloseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "close", abstract: "Close breakers once; from then on their policy decides.",
        discussion: "  cellmesh breaker close us-east-1/checkout/payment")
    @OptionGroup var gates: GateArguments
    func run() throws { try gates.run(.closed) }
}

struct BreakerDisableCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable", abstract: "Let every call through, and count nothing.",
        discussion: "  cellmesh breaker disable edge/checkout/payment --for 1m")
    @OptionGroup var gates: GateArguments
    @OptionGroup var hold: HoldOptions
    func run() throws { try gates.run(.disabled, lease: hold.time.milliseconds) }
}

struct BreakerWatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Count, and never open.",
        discussion: "  cellmesh breaker watch r1/us-east-1/checkout --for 10m")
    @OptionGroup var gates: GateArguments
    @OptionGroup var hold: HoldOptions
    func run() throws { try gates.run(.metricsOnly, lease: hold.time.milliseconds) }
}

struct BreakerResetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset", abstract: "Hold breakers no more: their policy decides again.",
        discussion: "  cellmesh breaker reset us-east-1/checkout/payment")
    @OptionGroup var gates: GateArguments
    func run() throws { try gates.run(nil) }
}

struct BreakerListCommand: WatchingCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls", abstract: "List the gates that processes have made, with what they saw.",
        discussion: """
            A gate is made at the first call through it. Works without the control plane too.

              cellmesh breaker ls
              cellmesh breaker ls --gate edge/checkout/payment -o json
            """)

    @Option(help: ArgumentHelp("Of this cell alone.", valueName: "cell"))
    var cell: String?

    @Option(help: ArgumentHelp("These alone, as NODE/FROM/TO or edge/FROM/TO.", valueName: "gate"))
    var gate: String?

    @OptionGroup var watch: WatchOptions
    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let directory = try mesh.alive()
        let finder = GateFinder(try StoredMesh(directory).topology)
        let wanted = try gate.map { Set(try finder.gates([$0])) }
        if let cell { try finder.check(cell: cell) }
        var (silent, asked): ([String], Int) = ([], 0)
        try watch.show(output.console) {
            let pages = ProcessPages.get("/v1/breakers", of: directory, as: BreakersReport.self).filter {
                $0.name != "control"
            }
            silent = pages.filter { $0.page == nil }.map(\.name)
            asked = pages.count
            return BreakersView.list(pages.flatMap { $0.page?.breakers ?? [] }.filter { isWanted($0.name, wanted) })
        }
        if !silent.isEmpty {
            output.console.message(
                "\(silent.count) of \(asked) processes told nothing: \(silent.prefix(8).joined(separator: ", "))"
                    + (silent.count > 8 ? ", ..." : ""))
        }
        output.console.next("cellmesh policies ls")
    }

    private func isWanted(_ name: String, _ wanted: Set<String>?) -> Bool {
        let parts = name.split(separator: "/")
        return wanted?.contains(name) ?? true
            && (cell.map { cell in parts.first == cell[...] || (parts.count == 3 && parts[1] == cell[...]) } ?? true)
    }
}
