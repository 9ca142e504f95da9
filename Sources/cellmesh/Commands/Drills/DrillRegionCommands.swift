import ArgumentParser
import Blueprints
import Drills
import MeshBase
import Scenarios

struct DrillEvacuationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "region-evacuation", abstract: "Leave a region and take it back under load, and read every write.",
        discussion: """
            Validates that the mesh is whole, predicts, looks at the mesh under load, evacuates, holds, restores, and reads \
            every acknowledged write back. Ctrl-C, and whatever goes wrong, takes back what was done. One drill at a time.

            99.99 % of the requests have to be answered, which some 27 000 without a failure show; with a shorter --hold or a \
            lower --rate ask for less, or nothing is decided.

            Exit codes: 0 passed, 1 failed, 2 refused and nothing changed, 3 inconclusive or the mesh was not well before, \
            5 a claim was not kept, 130 interrupted.

              cellmesh drill run evacuation
              cellmesh drill run evacuation us-east --rate 500 --hold 60s
              cellmesh drill run evacuation us-east --stages 100 --watch 0s --hold 5s --success 99% -o json
            """, aliases: ["evacuation"])

    @Argument(
        help: ArgumentHelp(
            "The region; the busiest that can be left, without the control plane, where left out.",
            valueName: "region"))
    var region: String?

    @Option(
        help: ArgumentHelp(
            "Percent of the customers that have moved after each stage; 25,100 where left out.",
            valueName: "percent,...,100"))
    var stages: StageList?

    @Option(
        help: ArgumentHelp("How long each stage is watched, up to 1h; 500ms where left out.", valueName: "duration"))
    var watch: DurationArgument?

    @Option(help: ArgumentHelp("How long the region stays empty, up to 1h; 75s where left out.", valueName: "duration"))
    var hold: DurationArgument?

    @Option(
        help: ArgumentHelp(
            "The share of all requests that has to be answered, above 0% and up to 100%; 99.99% where left out.",
            valueName: "share"))
    var success: RatioArgument?

    @OptionGroup var options: DrillOptions

    func validate() throws {
        try DrillOptions.check(success: success)
        for (name, duration) in [("--watch", watch), ("--hold", hold)] where duration?.amount ?? .zero > .hours(1) {
            throw ValidationError("\(name) is at most 1h")
        }
    }

    func run() throws {
        var (scenario, text) = try ScenarioFile.sound("region-evacuation", options.output.console)
        var words = ""
        if let region {
            let name = try DrillMesh(options.mesh.running()).region(region, options.output.console)
            scenario.change { action in
                if action.deed.isMove { action.deed = action.deed.of(["region/\(name)"]) }
            }
            words += " \(name)"
        }
        scenario.change { action in
            guard action.deed.isMove else { return }
            action.stages = stages?.percents ?? action.stages
            action.watch = watch?.amount ?? action.watch
            if case .evacuate = action.deed { action.pauseAfter = hold?.amount ?? action.pauseAfter }
        }
        if let stages { words += " --stages \(stages.percents.map(String.init).joined(separator: ","))" }
        if let watch { words += " --watch \(watch.defaultValueDescription)" }
        if let hold { words += " --hold \(hold.defaultValueDescription)" }
        if let success {
            scenario.demand(success.value, of: .success)
            words += " --success \(success.defaultValueDescription)"
        }
        try options.run(scenario, text: text, as: scenario.name, with: words)
    }
}

struct DrillPartitionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "partition", abstract: "Cut a region off from all others under load, and show each tier's choice.",
        discussion: """
            Sends the same load through a router on each side, so that one is needed in the region and one outside of it. \
            While it is cut, no placement may change, tier critical refuses where it has no quorum, and tier important goes \
            on; after healing the views agree and every acknowledged write is read back. The cut heals by itself, also when \
            this command is killed.

            Exit codes: 0 passed, 1 failed, 2 refused and nothing changed, 3 inconclusive or the mesh was not well before, \
            5 a claim was not kept, 130 interrupted.

              cellmesh up topology/tiers.yaml --detach
              cellmesh drill run partition
              cellmesh drill run partition east --for 10s --rate 100 -o json
            """)

    @Argument(help: ArgumentHelp("The region; the control plane's where left out.", valueName: "region"))
    var region: String?

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("How long it is cut off, from 2s to 1h; 30s where left out.", valueName: "duration"))
    var hold: DurationArgument?

    @Option(
        help: ArgumentHelp(
            "The share of requests for tier important that has to be answered wherever a cell of the customer is left, and "
                + "of all before and after the cut, above 0% and up to 100%; 99% where left out.", valueName: "share"))
    var success: RatioArgument?

    @OptionGroup var options: DrillOptions

    func validate() throws {
        try DrillOptions.check(success: success)
        guard hold.map({ $0.amount >= .seconds(2) && $0.amount <= .hours(1) }) ?? true else {
            throw ValidationError("--for is from 2s to 1h")
        }
    }

    func run() throws {
        var (scenario, text) = try ScenarioFile.sound("partition", options.output.console)
        var words = ""
        if let region {
            let mesh = try DrillMesh(options.mesh.running())
            let name = try mesh.region(region, options.output.console)
            scenario.change { action in
                if action.deed.cutRegion != nil { action.deed = action.deed.of(["region/\(name)"]) }
            }
            // The control plane is asked for what it has to refuse where it is cut off itself.
            if mesh.topology.regions[mesh.topology.control.region].name != name {
                scenario.method.removeAll {
                    if case .action(let action) = $0, case .attempt = action.deed { true } else { false }
                }
                scenario.objectives.removeAll { $0.measure.figure == .movesBegun }
            }
            words += " \(name)"
        }
        if let hold {
            scenario.change { action in
                guard action.deed.cutRegion != nil else { return }
                // So long that the membership has noticed, and not so long that nothing is left to be seen.
                (action.length, action.pauseAfter) = (hold.amount, hold.amount / 2)
            }
            words += " --for \(hold.defaultValueDescription)"
        }
        if let success {
            scenario.demand(success.value, of: .importantAnswered)
            scenario.demand(success.value, of: .success)
            words += " --success \(success.defaultValueDescription)"
        }
        try options.run(scenario, text: text, as: scenario.name, with: words)
    }
}

extension ScenarioDeed {
    /// Whether customers are moved by it.
    fileprivate var isMove: Bool {
        switch self {
        case .evacuate, .restore: true
        default: false
        }
    }
}

extension Scenario {
    fileprivate mutating func change(_ body: (inout ScenarioAction) -> Void) {
        for place in method.indices {
            guard case .action(var action) = method[place] else { continue }
            body(&action)
            method[place] = .action(action)
        }
    }

    /// The least share that a figure has to be, wherever the scenario asks for it.
    fileprivate mutating func demand(_ share: Double, of figure: Measure.Figure) {
        for place in objectives.indices where objectives[place].measure.figure == figure {
            objectives[place].bound = .figure(share)
        }
        for place in (hypothesis?.probes ?? []).indices where hypothesis?.probes[place].measure.figure == figure {
            hypothesis?.probes[place].tolerance.low = .figure(share)
        }
    }
}
