import ArgumentParser
import Laboratories
import MeshBase

struct LabRetryStormCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry-storm", abstract: "Watch retries in layers feed a storm, and what ends it.",
        discussion: """
            In virtual time, with the engine, the gates and the budgets of a mesh. First the last service is gone: how \
            many attempts come to it for one request, predicted and measured. Then its replicas are slow for a while: do \
            answers come back when that is over?

              cellmesh lab retry-storm
              cellmesh lab retry-storm --story --html storm.html
              cellmesh lab retry-storm --fix budget,jitter
            """)

    @Option(help: ArgumentHelp("Layers of retries, 1 to 5.", valueName: "count"))
    var layers: Int?

    @Option(help: ArgumentHelp("Attempts of each call, 1 to 8.", valueName: "count"))
    var attempts: Int?

    @Option(help: ArgumentHelp("Clients' requests a second, 1 to 1000.", valueName: "number"))
    var rate: Double?

    @Option(help: ArgumentHelp("Replicas of the last service, 1 to 16.", valueName: "count"))
    var replicas: Int?

    @Option(help: ArgumentHelp("Requests that a replica works on at once, 1 to 1000.", valueName: "count"))
    var workers: Int?

    @Option(help: ArgumentHelp("Requests that wait at a replica, 0 to 100000.", valueName: "count"))
    var queue: Int?

    @Option(help: ArgumentHelp("Busy share of the replicas when all is well.", valueName: "percent"))
    var load: RatioArgument?

    @Option(help: ArgumentHelp("Limit of every attempt.", valueName: "duration"))
    var timeout: DurationArgument?

    @Option(help: ArgumentHelp("Replicas that are slow for a while, 0 to all.", valueName: "count"))
    var slow: Int?

    @Option(help: ArgumentHelp("How many times as slow, 1 to 100.", valueName: "number"))
    var factor: Double?

    @Option(help: ArgumentHelp("For how long, 1 s to 60 s.", valueName: "duration"))
    var trouble: DurationArgument?

    @Option(help: ArgumentHelp("How long is watched afterwards, 10 s to 300 s.", valueName: "duration"))
    var watch: DurationArgument?

    @Option(help: ArgumentHelp("Retries that a budget allows for each call.", valueName: "percent"))
    var ratio: RatioArgument?

    @Option(
        help: ArgumentHelp("Compare these fixes together with none; each alone where left out.", valueName: "fix,..."))
    var fix: WordList<StormFix>?

    @Flag(help: "Begin with the story of the seeds: one of three well used replicas is a fifth slower for a minute.")
    var story = false

    @Option(help: ArgumentHelp("The seed of the run, 0 to 18446744073709551615.", valueName: "number"))
    var seed: UInt64 = 1

    @OptionGroup var lab: LabOptions

    func run() throws {
        var settings = story ? RetryStormLab.Settings.story : RetryStormLab.Settings()
        if let layers { settings.layers = layers }
        if let attempts { settings.attempts = attempts }
        if let rate { settings.rate = rate }
        if let replicas {
            settings.replicas = replicas
            // All of them, unless something else is said.
            settings.slowReplicas = story ? 1 : replicas
        }
        if let workers { settings.workers = workers }
        if let queue { settings.queue = queue }
        if let load { settings.load = load.value }
        if let timeout { settings.timeout = timeout.amount }
        if let slow { settings.slowReplicas = slow }
        if let factor { settings.slowFactor = factor }
        if let trouble { settings.trouble = trouble.amount }
        if let watch { settings.watched = watch.amount }
        if let ratio { settings.ratio = ratio.value }
        settings.seed = seed
        let arms = fix.map { [[], Set($0.words)] } ?? RetryStormLab.standardArms
        try lab.show("retry-storm", \RetryStormReport.sheet) { try RetryStormLab.run(settings, arms: arms) }
    }
}
