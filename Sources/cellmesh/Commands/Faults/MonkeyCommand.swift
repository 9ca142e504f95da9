import ArgumentParser
import Reports

struct MonkeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "monkey",
        abstract: "Let cells die at random, within hours and by rules, and see what customers feel.",
        subcommands: [
            MonkeyStartCommand.self, MonkeyStopCommand.self, MonkeyStatusCommand.self, MonkeyListCommand.self,
        ])
}

struct MonkeyStartCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Let a monkey loose, or let the one that is loose go by other rules.",
        discussion: """
            Each draw hits each region with the probability. Of a region that is hit one cell is killed, never the one that was \
            started last, and none while a fault, an alert, a drill, an evacuation or a halt is on: then it is spared, and the \
            reason noted. What customers are answered in 30 s before the kill is held against 30 s after the mesh has settled \
            for 30 s; then the cell starts again. Each day has one report. It runs in the control plane; the next one goes on.

              cellmesh monkey start
              cellmesh monkey start --within 'mon-fri 09:00-17:00' --every 10m --probability 0.1 --least 3
            """)

    @OptionGroup var rules: MonkeyOptions

    @Option(
        help: ArgumentHelp(
            "The seed of its draws, 0 to 18446744073709551615; the mesh's where left out.", valueName: "number"))
    var seed: UInt64?

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let change = MonkeyChange(start: rules.request(seed: seed))
        let report: MonkeyReport = try APIClient(mesh.running()).post("/v1/monkey", change)
        output.console.show(MonkeyView.status(report))
        output.console.next("cellmesh monkey status")
    }
}

struct MonkeyStopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Take the monkey in: what it has killed starts again.",
        discussion: """
              cellmesh monkey stop
            """)

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let report: MonkeyReport = try APIClient(mesh.running()).post("/v1/monkey", MonkeyChange.stopping)
        output.console.show(MonkeyView.status(report))
        output.console.next("cellmesh monkey ls")
    }
}

struct MonkeyStatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Say whether a monkey is loose, by what rules, and what it is at.",
        discussion: """
              cellmesh monkey status
            """)

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let report: MonkeyReport = try APIClient(mesh.running()).get("/v1/monkey")
        output.console.show(MonkeyView.status(report))
        output.console.next(report.rules == nil ? "cellmesh monkey start" : "cellmesh monkey ls")
    }
}

struct MonkeyListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls", abstract: "List what was killed and what was spared, newest first.",
        discussion: """
            The last hundred draws that hit; older ones stand in the reports of their days.

              cellmesh monkey ls -o wide
            """)

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let report: MonkeyReport = try APIClient(mesh.running()).get("/v1/monkey")
        output.console.show(MonkeyView.list(report))
        output.console.next(
            report.rows.contains { !$0.isSpared } ? "cellmesh report show monkey" : "cellmesh monkey status")
    }
}
