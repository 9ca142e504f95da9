import Foundation
import Testing

/// Tests that wait for other processes, on threads of their own. The pool that all tests share has a thread for each processor alone;
/// whoever waits on one keeps the tests from running that only calculate.
struct OwnThreads: SuiteTrait, TestTrait, TestScoping {
    var isRecursive: Bool { true }
    /// Whether the caller runs on such a thread.
    static var areUsed: Bool { Thread.current.threadDictionary[mark] != nil }
    fileprivate static let mark = "waits"

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await withTaskExecutorPreference(WaitingExecutor.shared) { try await function() }
    }
}

extension Trait where Self == OwnThreads {
    static var ownThreads: Self { Self() }
}

/// A thread for each job. Tests of one suite come one after the other, so that there are few.
private final class WaitingExecutor: TaskExecutor {
    static let shared = WaitingExecutor()

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let thread = Thread { [self] in
            Thread.current.threadDictionary[OwnThreads.mark] = true
            job.runSynchronously(on: asUnownedTaskExecutor())
        }
        // As large as a pool's.
        thread.stackSize = 8 << 20
        thread.start()
    }
}
