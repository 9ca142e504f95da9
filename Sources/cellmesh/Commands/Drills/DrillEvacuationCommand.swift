import ArgumentParser
import MeshBase

struct DrillEvacuationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evacuation", abstract: "Leave a region and take it back under load, and read every write.",
        discussion: """
            Validates that the mesh is whole, predicts, looks at the mesh under load, evacuates, holds, restores, and reads \
            every acknowledged write back. Ctrl-C, and whatever goes wrong, takes back what was done. One drill at a time.

            Exit codes: 0 passed, 1 failed, 2 refused and nothing changed, 3 inconclusive or the mesh was not well before, \
            5 a claim was not kept, 130 interrupted.

              cellmesh drill run evacuation
              cellmesh drill run evacuation us-east --rate 500 --hold 30s
              cellmesh drill run evacuation us-east --stages 100 --watch 0s -o json
            """)

    @Argument(help: ArgumentHelp("The region; one without the control plane where left out.", valueName: "region"))
    var region: String?

    @Option(
        help: ArgumentHelp(
            "Percent of the customers that have moved after each stage.", valueName: "percent,...,100"))
    var stages = StageList([25, 100])

    @Option(help: ArgumentHelp("How long each stage is watched, up to 1h.", valueName: "duration"))
    var watch = DurationArgument(.milliseconds(500))

    @Option(help: ArgumentHelp("How long the region stays empty, up to 1h.", valueName: "duration"))
    var hold = DurationArgument(.seconds(5))

    @Option(
        help: ArgumentHelp(
            "The share of all requests that has to be answered, above 0% and up to 100%.", valueName: "share"))
    var success = RatioArgument(0.9999)

    @OptionGroup var options: DrillOptions

    func validate() throws {
        try DrillOptions.check(success: success)
        for (name, duration) in [("--watch", watch), ("--hold", hold)] where duration.amount > .hours(1) {
            throw ValidationError("\(name) is at most 1h")
        }
    }

    func run() throws {
        let console = options.output.console
        let mesh = try options.mesh.running()
        let drill = try EvacuationDrill(
            mesh, region: region, stages: stages.percents, watch: watch.amount, hold: hold.amount, success: success,
            options, console)
        try DrillRunner(mesh: mesh, console: console).run(drill)
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
        name: .customLong("for"), help: ArgumentHelp("How long it is cut off, from 2s to 1h.", valueName: "duration"))
    var hold = DurationArgument(.seconds(30))

    @Option(
        help: ArgumentHelp(
            "The share of requests for tier important that has to be answered wherever a cell of the customer is left, and "
                + "of all before the cut, above 0% and up to 100%.", valueName: "share"))
    var success = RatioArgument(0.99)

    @OptionGroup var options: DrillOptions

    func validate() throws {
        try DrillOptions.check(success: success)
        guard hold.amount >= .seconds(2), hold.amount <= .hours(1) else {
            throw ValidationError("--for is from 2s to 1h")
        }
    }

    func run() throws {
        let console = options.output.console
        let mesh = try options.mesh.running()
        let drill = try PartitionDrill(mesh, region: region, hold: hold.amount, success: success, options, console)
        try DrillRunner(mesh: mesh, console: console).run(drill)
    }
}
