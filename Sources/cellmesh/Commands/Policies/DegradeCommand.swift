import ArgumentParser
import ControlPlane
import MeshBase
import Reports
import Resilience

struct DegradeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "degrade", abstract: "Give up features so that the rest goes on.",
        subcommands: [
            DegradeSetCommand.self, DegradeListCommand.self, DegradeCompareCommand.self, DegradeReportCommand.self,
        ],
        defaultSubcommand: DegradeSetCommand.self)
}

struct DegradeSetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Set a level, or leave it to the controller again.",
        discussion: """
            Levels: normal; minor (luxury features at quality 0.7); moderate (enhanced features at 0.5, luxury off); \
            critical (both off); emergency (as critical, ladders at their last rung). Core features are never degraded. In \
            force is the graver of this and what the controller of each cell says; with --pin, this alone.

              cellmesh degrade moderate
              cellmesh degrade normal --pin --in cell/us-east-1 --for 1m
              cellmesh degrade auto
            """)

    @Argument(help: ArgumentHelp("A level, or auto.", valueName: "level"))
    var level: String

    @Flag(help: "Whatever the controller says.")
    var pin = false

    @OptionGroup var scope: LevelScopeOptions
    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        guard level == "auto" || DegradationLevel(level) != nil else {
            throw CommandFailure(
                .usage, "there is no level '\(level)'",
                hint: NearestWord.hint(
                    for: level, among: DegradationLevel.names + ["auto"],
                    listing: "there are"),
                next: "cellmesh degrade ls")
        }
        if level == "auto", pin || scope.lease != nil {
            throw CommandFailure(.usage, "--pin and --for go with a level: auto takes back what was set")
        }
        let wish = SettingsWish(
            .level, scope: scope.place, value: level == "auto" ? nil : level, pin: pin ? true : nil, lease: scope.lease)
        try SettingsRun.run([wish], mesh, output.console, next: "cellmesh degrade ls")
    }
}

struct DegradeListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls", abstract: "List the levels that were set, those of cells, and what is left of each feature.",
        discussion: """
            Cells are asked themselves: their controllers degrade them where objectives are missed. Of a feature the cell is
            shown that has the least of it. Works without the control plane too.

              cellmesh degrade ls
              cellmesh degrade ls -o json
            """)

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let directory = try mesh.known()
        let stored = try StoredMesh(directory)
        let cells = ProcessPages.get("/v1/degradation", of: directory, as: CellDegradation.self).compactMap(\.page)
        output.console.show(LevelsView.list(try StoredSettings.read(directory), stored.topology, cells: cells))
        SettingsRun.warn(of: .degradation, stored.topology, output.console)
        output.console.next("cellmesh degrade auto")
    }
}

struct DegradeCompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Give two groups of customers different levels.",
        discussion: """
            A customer is always in the same group. The share is that of the second level.

              cellmesh degrade compare normal minor --share 20% --for 10m
              cellmesh degrade compare off
            """)

    @Argument(help: ArgumentHelp("Two levels, or off.", valueName: "level"))
    var levels: [String]

    @Option(help: ArgumentHelp("Of customers that get the second level.", valueName: "share"))
    var share = RatioArgument(0.5)

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("How long; until 'compare off' where left out.", valueName: "duration"))
    var time: DurationArgument?

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let wish: SettingsWish
        if levels == ["off"] {
            wish = SettingsWish(.comparison)
        } else {
            guard levels.count == 2 else {
                throw CommandFailure(.usage, "compare two levels, or write 'off'", next: "cellmesh degrade ls")
            }
            for level in levels where DegradationLevel(level) == nil {
                throw CommandFailure(
                    .usage, "there is no level '\(level)'",
                    hint: NearestWord.hint(for: level, among: DegradationLevel.names, listing: "there are"))
            }
            guard share.value > 0, share.value < 1 else {
                throw CommandFailure(.usage, "--share must be above 0 % and below 100 %")
            }
            wish = SettingsWish(
                .comparison, value: "\(levels[0]) and \(levels[1])", share: share.value, lease: time?.milliseconds)
        }
        try SettingsRun.run([wish], mesh, output.console, next: "cellmesh degrade ls")
    }
}

struct DegradeReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Show what the last load found of two levels that were compared.",
        discussion: """
            For each group of customers the share of good answers, customers that stopped coming, p99 and quality, with 95 % \
            intervals, and which of them differ for certain.

              cellmesh degrade compare normal minor --share 20%
              cellmesh load run --service checkout --rate 200 --duration 30s
              cellmesh degrade report -o json
            """)

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        guard let found = try LoadDirectory(try mesh.known()).comparison() else {
            throw CommandFailure(
                "no load has run while two levels were compared", next: "cellmesh degrade compare normal minor")
        }
        output.console.show(ComparisonView.make(found))
    }
}
