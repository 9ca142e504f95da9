import MeshBase
import Resilience
import Wire

extension DataProblem {
    /// What a failed call is told as, whether by a router or by a cell to its own clients; nil for one that did not fail.
    ///
    /// - Parameters:
    ///   - refusal: why it was not begun; nil for one that was.
    ///   - note: of the reply.
    ///   - body: what the service said.
    package static func ofCell(
        status: UInt16, _ refusal: Refusal?, note: UnsafeRawBufferPointer = .empty, body: UnsafeRawBufferPointer
    ) -> DataProblem? {
        guard let refusal else { return status < 500 ? nil : serviceFailed(body, ReplyNote(note)) }
        guard refusal == .shed else { return refused(refusal, "This cell was asked") }
        return DataProblem(
            "shed", title: shedTitle, detail: String(decoding: body, as: UTF8.self), policy: "shedding")
    }

    /// What a cell refuses is told as what it is.
    static func refused(_ refusal: Refusal?, _ cells: String) -> DataProblem {
        switch refusal {
        case .unknownService: .unknownService
        case .malformed: .malformed
        case .noStore: .noStore
        case .tooLarge: .tooLarge
        case .keyClaimed, .keyReused, .keyRequired, .keyUnkept, .keyUndecided, .keyUnsettled, .keyAnswerCut:
            .key(refusal!)
        case .storeFull: .storeFull
        case .refilling: RouterNode.refilling(.write)
        case .noProgram: .noProgram(cells)
        case .givenUp: .givenUp(cells)
        case .notReady: .notReady(cells)
        case .deadline:
            DataProblem(
                "deadline", title: "Too little time was left",
                detail: "\(cells); the last saw that the deadline could not be met.", policy: "deadline")
        default:
            DataProblem(
                "cell-refused", title: "No cell accepted the request",
                detail: "\(cells); the last refused: \(refusal.map { "\($0)" } ?? "for a reason unknown here").",
                policy: "bulkhead")
        }
    }

    private static var shedTitle: StaticString { "Room is kept for requests that matter more" }

    /// - Parameter asked: who was asked.
    static func shed(_ priority: Priority, _ asked: String) -> DataProblem {
        DataProblem(
            "shed", title: shedTitle,
            detail: "\(asked); the last sheds requests of priority \(priority.name). Nothing was changed; repeat it "
                + "after the time that Retry-After says.", policy: "shedding")
    }

    /// - Parameter asked: who was asked.
    static func noProgram(_ asked: String) -> DataProblem {
        DataProblem(
            "program-not-ready", title: "The program of this service does not take calls",
            detail: "\(asked); the program that is this service starts, has ended, or does not answer: "
                + "'cellmesh ps' and 'cellmesh logs' tell. Nothing was begun.", policy: "health")
    }

    /// - Parameter asked: who was asked.
    static func givenUp(_ asked: String) -> DataProblem {
        DataProblem(
            "given-up", title: "This feature is switched off",
            detail: "\(asked); the service belongs to a feature that its level of degradation or a flag switches off. "
                + "Nothing was begun; repeat it after the time that Retry-After says.", policy: "degradation")
    }

    /// - Parameter asked: who was asked.
    static func notReady(_ asked: String) -> DataProblem {
        DataProblem(
            "not-ready", title: "No cell of this shard has started yet",
            detail: "\(asked); the last has not started: its store does not know yet whose it is, as 'cellmesh status' "
                + "tells. Nothing was begun; repeat it after the time that Retry-After says.", policy: "health")
    }

    static var unknownService: DataProblem {
        DataProblem(
            "unknown-service", title: "No such service",
            detail: "The blueprint of this customer's cell has no service of this name.", policy: "routing")
    }

    static var noStore: DataProblem {
        DataProblem(
            "no-store", title: "These cells have no store",
            detail: "The blueprint of this customer's cells declares no store, so there are no records.",
            policy: "routing")
    }

    static var malformed: DataProblem {
        DataProblem(
            "malformed", title: "The cell did not understand the request",
            detail: "The cell refused the frame as malformed.", policy: "routing")
    }

    static var storeFull: DataProblem {
        DataProblem(
            "store-full", title: "The stores of this customer's shard are full",
            detail: "Too few of its cells can keep anything more. Nothing was begun.", policy: "store")
    }

    static var tooLarge: DataProblem {
        DataProblem(
            "record-too-large", title: "The record is larger than bodies may be",
            detail: "It was written when routing.body-limit was higher; raise it, or write or delete the record.",
            policy: "store")
    }

    /// - Parameters:
    ///   - note: of the reply: who said no to a call which the service needs, at which gate and for which cause.
    ///   - limit: which one it was, where the time that the cell had for the call was over.
    static func serviceFailed(
        _ body: UnsafeRawBufferPointer, _ note: ReplyNote, limit: PolicyName = .deadline
    ) -> DataProblem {
        let policy = note.policy == .deadline && note.gate.isEmpty ? limit : note.policy
        var problem = DataProblem(
            "service-failed", title: "The service failed", detail: String(decoding: body, as: UTF8.self),
            policy: policy?.name ?? "service")
        if !note.gate.isEmpty { problem.gate = String(decoding: note.gate, as: UTF8.self) }
        if !note.cause.isEmpty { problem.detail += heldBack(for: String(decoding: note.cause, as: UTF8.self)) }
        return problem
    }
}
