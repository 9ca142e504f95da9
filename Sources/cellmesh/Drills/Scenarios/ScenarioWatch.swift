import ControlPlane
import Feed
import MeshBase
import Reports
import Scenarios
import Synchronization
import UVDriver

/// Follows the feed of a mesh on a thread of its own, across the deaths of its control plane, for a scenario.
final class ScenarioWatch: Sendable {
    private struct State {
        /// What was seen last, and all that nobody has taken yet, with when it was seen.
        var sight: ScenarioSight?
        var waiting: [(sight: ScenarioSight, at: Instant)] = []
        var isOver = false

        mutating func tell(_ sight: ScenarioSight) {
            self.sight = sight
            // Whoever takes them may wait for a control plane meanwhile, or for an evacuation.
            if waiting.count == ScenarioWatch.most { waiting.removeFirst() }
            waiting.append((sight, Pause.now()))
        }
    }
    private let state = Mutex(State())
    private let mesh: DataDirectory

    /// From one attempt to find a control plane to the next.
    private static let again = TimeAmount.milliseconds(300)
    /// Sights that wait for somebody at most.
    private static let most = 1_000

    init(_ mesh: DataDirectory) {
        self.mesh = mesh
        _ = DetachedThread.start { [self] in
            while !isOver {
                follow()
                // Nothing that was seen before is known to be so still.
                state.withLock { state in
                    guard var sight = state.sight, !sight.isStale else { return }
                    (sight.isStale, sight.isWhole) = (true, false)
                    (sight.views, sight.openBreakers) = (nil, [])
                    state.tell(sight)
                }
                Pause.sleep(Self.again)
            }
        }
    }

    private var isOver: Bool { state.withLock { $0.isOver } }

    /// Ends the thread, within a moment.
    func close() { state.withLock { $0.isOver = true } }

    /// What was seen last, whether it was taken or not.
    var latest: ScenarioSight? { state.withLock { $0.sight } }

    /// All that was seen since it was asked last, in order, with when.
    func take() -> [(sight: ScenarioSight, at: Instant)] {
        state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
    }

    private func follow() {
        guard let stream = try? FeedStream(mesh) else { return }
        var (reader, mesh) = (DeltaReader(), ScenarioSight.Shape())
        while !isOver, let message = try? stream.next(until: { self.isOver }) {
            if case .shape(let shape) = message { mesh = ScenarioSight.Shape(shape) }
            guard (try? reader.take(message)) != nil else { return }
            switch message {
            case .state, .delta:
                guard let now = reader.state else { continue }
                let sight = ScenarioSight(now, mesh)
                state.withLock { $0.tell(sight) }
            case .hello, .shape, .event, .detail, .bye: break
            }
        }
    }
}
