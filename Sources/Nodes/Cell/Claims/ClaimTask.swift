import MeshBase
import Replication
import Resilience
import Sharding
import Wire

/// One call under an idempotency key, from its claim to the answer that is kept.
struct ClaimTask {
    enum Stage: Equatable {
        /// Asks the customer's shard for the key.
        case claiming
        /// Another call was answered: what was found is accepted once more before it is told.
        case reading
        /// A call that was put off is to be carried out: asks whether that is still for this cell to do.
        case confirming
        /// The key is its own: the call is carried out.
        case working
        /// The answer is kept, or the key given back where nothing was begun.
        case settling
    }
    /// What those who wait are told where the key is given back.
    enum Turned: Equatable {
        case refused(Refusal)
        case shed(Priority)
        /// It was begun, and what it needs was refused before that did anything.
        case failed(Failure)
    }
    /// An answer that nobody keeps.
    struct Failure: Equatable {
        let status: UInt16
        /// When it may be worth to come back; zero where nobody knows.
        let wait: TimeAmount
        let note: [UInt8]
        let body: [UInt8]
    }

    let position: RecordPosition
    let service: Int
    /// The highest of those that wait for it before it begins.
    var priority: Priority?
    let deadline: Instant
    /// What is proposed.
    var value: ClaimValue
    /// What the client asked for, where that may reach a program.
    var request: ProgramRequest?
    /// The first one brought the call, the others have joined it.
    var waiters: [CellAsker]
    /// Those of them who matter more than the work that they have joined: what that is refused they are not.
    var urgent: [CellAsker] = []
    var stage = Stage.claiming
    var change = ClaimChange()
    var members: QuorumMembers
    /// Of the round under way.
    var epoch: Epoch
    /// Members that wait for their link.
    var unsent: Positions = 0
    /// Members that will not take part soon, in this round: those that cannot be reached, and those that said so.
    var lacking: Positions = 0
    /// What the last of them said; nil where none said anything.
    var lack: Refusal?
    /// Members that were told of a newer entry in this epoch.
    var told: Positions = 0
    /// Numbers of the questions of this round.
    var asked: [UInt64] = []
    let began: Instant
    var giveUpAt: Instant
    var turned: Turned?
    /// It was acknowledged before: what fails stays a job.
    var isJob = false
    /// Who had acknowledged it and is gone, while this cell takes its job over.
    var former: ClaimValue.Claimer?
    /// Why it is being put off.
    var failure: FailureTransformer.Failure?
    /// Of the call that came first; nil where nobody follows it.
    var trace: FrameTrace?
    /// What those who wait are answered, where it is more than is kept.
    var whole: (note: [UInt8], body: [UInt8])?

    /// Why no majority can be had, where it is not for time: too few members can be reached, or will accept anything.
    var hindrance: Refusal? {
        members.quorum.isComplete(members.quorum.all & ~lacking, .majority) ? nil : lack ?? .keyUndecided
    }

    /// A member takes no part in this round.
    /// - Parameter why: as it said; nil where it cannot be reached.
    mutating func lacks(_ position: Int, _ why: Refusal?) {
        switch why {
        case nil: break
        case .storeFull, .storeBroken, .refilling, .noStore: lack = why
        // In a moment it may be another.
        default: return
        }
        lacking |= 1 << Positions(position)
    }
}
