import ArgumentParser
import ControlPlane
import Membership
import MeshBase
import SimDriver

struct SimSwimCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "swim", abstract: "Compare variants of the membership protocol where some members hear late.",
        discussion: """
            Meshes of members and nothing else. Starved members read each packet 0.5 to 2.5 s late while their timers \
            are on time; half-way one sound member crashes. Counted is every declaration of death of a member that was \
            up, and how long the crash took to be seen. An arm meets the same seeds as the others: 'lifeguard', 'plain' \
            (none of its parts), or Lifeguard without one part ('parts' for each of them).

              cellmesh sim swim --members 50,200 --loss 1%,3%,5% --starved 1%,5%,10% --seeds 200
              cellmesh sim swim --arms lifeguard,plain,parts --html swim.html
              cellmesh sim swim --members 10000 --for 60s
              cellmesh sim swim --members 100 --lossy 80%
              cellmesh sim swim --members 100 --lossy 100% --one-way in

            Where every size is above \(SwimGrid.mostSmall) members, what is left out is one run of 'lifeguard' without \
            loss and without starved members. With '--lossy', one member loses that share of its packets from the 10th \
            second on, for two minutes ('--lossy-for'); what is left out is 'lifeguard' and no other fault.
            """)

    @Option(help: ArgumentHelp("Sizes of the mesh.", valueName: "n,..."))
    var members = CountList([50, 200])

    @Option(help: ArgumentHelp("Shares of packets lost; 1%,5% where left out.", valueName: "percent,..."))
    var loss: RatioList?

    @Option(help: ArgumentHelp("Shares of members that read late; 0%,10% where left out.", valueName: "percent,..."))
    var starved: RatioList?

    @Option(help: ArgumentHelp("Share of its packets that one member loses.", valueName: "percent"))
    var lossy: RatioList?

    @Option(help: ArgumentHelp("How long it does; 2m where left out.", valueName: "duration"))
    var lossyFor: DurationArgument?

    @Option(help: ArgumentHelp("Only those to it ('in') or from it ('out').", valueName: "in|out"))
    var oneWay: String?

    @Option(help: ArgumentHelp("Runs of each combination, 1 to 100000; 20 where left out.", valueName: "count"))
    var seeds: Int?

    @Option(help: ArgumentHelp("The first of the seeds, 0 to 18446744073709551615.", valueName: "number"))
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("Variants of the protocol; lifeguard,plain where left out.", valueName: "arm,..."))
    var arms: ArmList?

    @Option(help: ArgumentHelp("Its constants: lan, wan or local.", valueName: "name"))
    var profile = "lan"

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("Virtual time of each run; 2m where left out.", valueName: "duration"))
    var duration: DurationArgument?

    @Option(help: ArgumentHelp("Write a page with plots as well.", valueName: "file"), completion: .file())
    var html: String?

    @OptionGroup var limits: RunLimits
    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        let grid = try grid()
        let begun = Pause.now()
        let deadline = begun + limits.wallLimit.amount
        CrashReporter.install()
        let command = CommandLine.arguments.joined(separator: " ")
        let line = ProgressLine(console)
        // Views of large meshes are memory: those are simulated one after the other.
        let isLarge = grid.members.contains { $0 > 5_000 }
        let results = ParallelRuns.map(
            grid.runs, jobs: isLarge ? 1 : limits.threads,
            progress: { done in
                line.show("\(Wording.count(done)) of \(Wording.plural(grid.runs, "run"))")
                return Pause.now() < deadline
            },
            { run, isStopped in
                CrashReporter.begin(command)
                // The grid was checked: no trial is refused.
                return try? grid.trial(run).run { _, _ in !isStopped() }
            })
        line.end()
        guard let results else {
            console.message("stopped after \(Wording.time(milliseconds: limits.wallLimit.amount.milliseconds))")
            throw ExitCode(SimExit.outOfTime)
        }
        var report = SwimReport(grid, results)
        report.wallMilliseconds = (Pause.now() - begun).milliseconds
        if let html {
            do {
                try SystemFile.put(html, Array(SwimPage.html(report).utf8))
            } catch {
                throw CommandFailure("\(html) cannot be written: \(error)")
            }
        }
        console.show(SwimView.make(report, memory: ProcessMemory.peak))
    }

    private func grid() throws -> SwimGrid {
        var grid =
            try fault().map { SwimGrid(members: members.counts, fault: $0) } ?? SwimGrid(members: members.counts)
        guard let swim = SWIMConfiguration(profile: profile) else {
            throw CommandFailure(.usage, "there is no profile \(profile); lan, wan and local there are")
        }
        grid.swim = swim
        if let loss { grid.losses = loss.ratios }
        if let starved { grid.starved = starved.ratios }
        if let arms { grid.arms = arms.arms }
        if let seeds { grid.seeds = seeds }
        grid.firstSeed = seed
        if let duration { grid.duration = duration.amount }
        if let problem = grid.problem { throw CommandFailure(.usage, problem) }
        return grid
    }

    private func fault() throws -> SwimFault? {
        guard let lossy else {
            guard oneWay == nil, lossyFor == nil else {
                throw CommandFailure(.usage, "--one-way and --lossy-for say more of --lossy: give it, such as 80%")
            }
            return nil
        }
        guard lossy.ratios.count == 1 else { throw CommandFailure(.usage, "--lossy takes one share, such as 80%") }
        var fault = SwimFault(share: lossy.ratios[0])
        if let oneWay {
            guard let ways = SwimFault.Ways(rawValue: oneWay), ways != .both else {
                throw CommandFailure(.usage, "--one-way is in or out, not \(oneWay)")
            }
            fault.ways = ways
        }
        if let lossyFor { fault.length = lossyFor.amount }
        return fault
    }
}
