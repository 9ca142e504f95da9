import ArgumentParser
import MeshBase
import Reports
import Scenarios

/// By what rules a monkey kills, on a mesh and in virtual time.
struct MonkeyOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Of a monkey: days and hours in which it draws, in the machine's time; repeatable, always where left out.",
            valueName: "days hours"))
    var within: [String] = []

    @Option(
        help: ArgumentHelp(
            "Of a monkey: from one draw to the next, 1s to 24h; 10m where left out.", valueName: "duration"))
    var every: DurationArgument?

    @Option(
        help: ArgumentHelp(
            "Of a monkey: that a draw hits a region, 0 to 1; 0.1 where left out.", valueName: "share"))
    var probability: RatioArgument?

    @Option(
        help: ArgumentHelp(
            "Of a monkey: regions with no more serving cells than so many are spared, 0 or more; 3 where left out.",
            valueName: "count"))
    var least: Int?

    @Option(
        help: ArgumentHelp("Of a monkey: a cell, zone or region that is never hit; repeatable.", valueName: "target"))
    var except: [String] = []

    /// For rehearsals: how long is looked, and how long is waited before.
    @Option(help: ArgumentHelp("How long is looked before and after.", valueName: "duration", visibility: .hidden))
    var window: DurationArgument?

    @Option(help: ArgumentHelp("How long the mesh has to settle.", valueName: "duration", visibility: .hidden))
    var settle: DurationArgument?

    func validate() throws {
        for text in within where ScheduleWindow(text: text) == nil {
            throw ValidationError("'\(text.prefix(64))' is no part of a week: write 'mon-fri 09:00-17:00'")
        }
        guard probability.map({ (0...1).contains($0.value) }) ?? true else {
            throw ValidationError("--probability is 0 to 1")
        }
        guard least ?? 0 >= 0 else { throw ValidationError("--least is 0 or more") }
    }

    /// Any of them is given.
    var areGiven: Bool { request(seed: nil) != MonkeyRequest() }

    func request(seed: UInt64?) -> MonkeyRequest {
        var request = MonkeyRequest()
        request.within = within.isEmpty ? nil : within
        request.everyMilliseconds = every?.milliseconds
        request.probability = probability?.value
        request.least = least
        request.except = except.isEmpty ? nil : except
        request.seed = seed
        request.windowMilliseconds = window?.milliseconds
        request.settleMilliseconds = settle?.milliseconds
        return request
    }
}
