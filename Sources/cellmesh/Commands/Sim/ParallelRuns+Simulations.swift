import MeshBase
import SimDriver

extension ParallelRuns {
    /// Makes simulations, several at a time, with a line of progress.
    ///
    /// - Parameters:
    ///   - noun: what there are `count` of, for people.
    ///   - limit: of real time, for all of them.
    ///   - work: makes one; it asks whether to go on.
    /// - Returns: what each came to, in order, or why it was not run.
    /// - Throws: where time was up or somebody wanted an end before all were made.
    static func simulations<Outcome: Sendable>(
        _ count: Int, of noun: String, jobs: Int, within limit: TimeAmount, _ console: Console,
        _ work: @escaping @Sendable (_ run: Int, _ goesOn: @escaping () -> Bool) throws(SimRefusal) -> Outcome
    ) throws -> [Result<Outcome, SimRefusal>] {
        let deadline = Pause.now() + limit
        let progress = ProgressLine(console)
        let results = map(
            count, jobs: jobs,
            progress: { done in
                progress.show("\(done) of \(count) \(noun)")
                return Pause.now() < deadline && !Interruption.hasCome
            }
        ) { run, isStopped -> Result<Outcome, SimRefusal>? in
            let result = withoutActuallyEscaping(isStopped) { stopped -> Result<Outcome, SimRefusal> in
                do throws(SimRefusal) { return .success(try work(run) { !stopped() }) } catch { return .failure(error) }
            }
            if case .failure = result, isStopped() { return nil }
            return result
        }
        progress.end()
        guard let results else { throw CommandFailure(.interrupted, "the \(noun) were not all run") }
        return results
    }
}
