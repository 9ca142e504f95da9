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
        var sight: ScenarioSight?
        var count = 0
        var isOver = false
    }
    private let state = Mutex(State())
    private let mesh: DataDirectory

    /// From one attempt to find a control plane to the next.
    private static let again = TimeAmount.milliseconds(300)

    init(_ mesh: DataDirectory) {
        self.mesh = mesh
        _ = DetachedThread.start { [self] in
            while !isOver {
                follow()
                // Nothing that was seen before is known to be so still.
                state.withLock { state in
                    guard var sight = state.sight else { return }
                    sight.isWhole = false
                    (sight.views, sight.openBreakers) = (nil, [])
                    state.sight = sight
                    state.count += 1
                }
                Pause.sleep(Self.again)
            }
        }
    }

    private var isOver: Bool { state.withLock { $0.isOver } }

    /// Ends the thread, within a moment.
    func close() { state.withLock { $0.isOver = true } }

    /// What is seen, and how many sights there were before: so that a new one is told from one that was taken.
    var latest: (sight: ScenarioSight, count: Int)? {
        state.withLock { state in state.sight.map { ($0, state.count) } }
    }

    private func follow() {
        guard let stream = try? FeedStream(mesh) else { return }
        var (reader, names) = (DeltaReader(), [String]())
        while !isOver, let message = try? stream.next(until: { self.isOver }) {
            if case .shape(let shape) = message { names = shape.cells.name }
            guard (try? reader.take(message)) != nil else { return }
            switch message {
            case .state, .delta:
                guard let now = reader.state else { continue }
                let sight = ScenarioSight(now, names: names)
                state.withLock {
                    $0.sight = sight
                    $0.count += 1
                }
            case .hello, .shape, .event, .detail, .bye: break
            }
        }
    }
}
