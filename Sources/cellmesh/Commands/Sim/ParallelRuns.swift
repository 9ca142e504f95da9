import Glibc
import MeshBase
import Synchronization

/// Makes independent runs on several threads. Which thread makes which run decides nothing: results come back in order.
enum ParallelRuns {
    /// - Parameters:
    ///   - jobs: threads, at least 1.
    ///   - progress: called on this thread now and then, with how many runs are done; false stops after those under way.
    ///   - work: makes one run; nil when it was stopped. `isStopped` tells a long one that it should be.
    /// - Returns: the results; nil when any run was stopped.
    static func map<Result: Sendable>(
        _ count: Int, jobs: Int, progress: (Int) -> Bool,
        _ work: @escaping @Sendable (_ run: Int, _ isStopped: () -> Bool) -> Result?
    ) -> [Result]? {
        let shared = Shared<Result>(count)
        let body: @Sendable () -> Void = {
            while true {
                let run = shared.next.add(1, ordering: .relaxed).oldValue
                guard run < count, !shared.isStopped.load(ordering: .relaxed) else { break }
                let result = work(run) { shared.isStopped.load(ordering: .relaxed) }
                shared.results.withLock { $0[run] = result }
                shared.done.add(1, ordering: .relaxed)
            }
            shared.ended.add(1, ordering: .releasing)
        }
        var started = 0
        for _ in 0..<max(1, min(jobs, count)) {
            guard DetachedThread.start(body) == 0 else { break }
            started += 1
        }
        if started == 0 { body() }
        while shared.ended.load(ordering: .acquiring) < max(started, 1) {
            if !progress(shared.done.load(ordering: .relaxed)) { shared.isStopped.store(true, ordering: .relaxed) }
            Pause.sleep(.milliseconds(20))
        }
        let results = shared.results.withLock { $0.compactMap { $0 } }
        return results.count == count ? results : nil
    }

    /// Processors of this machine.
    static var processors: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    private final class Shared<Result: Sendable>: Sendable {
        let next = Atomic<Int>(0)
        let done = Atomic<Int>(0)
        let ended = Atomic<Int>(0)
        let isStopped = Atomic<Bool>(false)
        let results: Mutex<[Result?]>
        init(_ count: Int) { results = Mutex(Array(repeating: nil, count: count)) }
    }
}
