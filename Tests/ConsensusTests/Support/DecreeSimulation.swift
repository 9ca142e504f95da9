import MeshBase

@testable import Consensus

/// Proposers and acceptors over a network that loses, repeats and reorders, from a seed: changes and reads of decrees
/// while the deciders are replaced, processes crash and a disk is lost.
struct DecreeSimulation {
    /// What is built wrongly, to see that it is noticed.
    enum Broken: CaseIterable {
        /// Of a joint set only the new side is counted.
        case oneQuorum
        /// The other decrees are not decided once more before the new set is.
        case notCarried
        /// A crash takes back what was promised and accepted.
        case forgets
        /// Acceptances are given without a look at the promise.
        case acceptsAll
        /// A value found is told before it was accepted at a quorum.
        case toldEarly
        /// The changes of a process all have one number, and its disk remembers nothing of it.
        case sameNumber
    }

    struct Cell {
        var seat: DeciderSeat
        var acceptors: [Acceptor]
        var isUp = true
    }

    enum Job {
        case change(UInt8)
        case read
        case replace(DeciderChange)
    }

    struct Proposer {
        var job: Job
        var change: CASChange
        var decree: Int
        var floor: Int
        var todo: [DecreeName] = []
        var ballot = Ballot.none
        var isBackingOff = false
    }

    enum Message {
        case request([UInt8], to: Int, from: Int)
        case answer([UInt8], decree: Int, to: Int)
    }

    static let names: [DecreeName] = [.deciders, .cohort(7), .plan]

    let broken: Broken?
    var generator: Generator
    var cells: [Cell] = []
    var proposers: [Proposer?]
    var bag: [Message] = []
    var history: DecreeHistory
    var transcript: [String]?
    private var numbers: UInt64 = 0
    private var changes: UInt8 = 0
    private var lossesLeft = 1
    private var sides: Int
    /// Only the end: nothing is lost and nobody crashes any more.
    private var isCalm = false
    private(set) var steps = 0

    init(seed: UInt64, broken: Broken? = nil, traced: Bool = false) {
        self.broken = broken
        generator = Generator(seed: seed, concern: "decree-simulation")
        let isSmall = generator.chance(0.5)
        sides = isSmall ? 3 : 5
        proposers = Array(repeating: nil, count: isSmall ? 2 : 3)
        transcript = traced ? [] : nil
        let deciders = (0..<(isSmall ? 4 : 7)).map { Decider(cell: CellIndex($0), store: UInt64(100 + $0)) }
        let first = DeciderSet(epoch: .first, phase: .stable(Array(deciders.prefix(sides))))!
        history = DecreeHistory(first: first, decrees: DecreeSimulation.names.count)
        cells = deciders.map {
            Cell(seat: DeciderSeat(decider: $0, set: first), acceptors: DecreeSimulation.names.map { _ in Acceptor() })
        }
    }

    /// The first violation, if any.
    mutating func run(_ count: Int = 400) -> String? {
        while steps < count, history.violation == nil, changes < 250 {
            steps += 1
            turn()
        }
        if history.violation == nil { end() }
        return history.violation
    }

    private mutating func turn() {
        switch generator.below(100) {
        case 0..<78: deliver()
        case 78..<88:
            let slot = draw(proposers.count)
            if proposers[slot] == nil { start(slot) } else if proposers[slot]!.isBackingOff { resume(slot) }
        case 88..<92:
            let slot = draw(proposers.count)
            if proposers[slot] != nil { report(slot) { $0.timedOut() } }
        case 92..<94:  // a proposer crashes
            let slot = draw(proposers.count)
            if proposers[slot] != nil { note("\(slot) crashes") }
            proposers[slot] = nil
        case 94..<96:
            let cell = draw(cells.count)
            if !cells[cell].isUp || generator.chance(0.3) { crashOrReturn(cell) }
        case 96..<99:  // a cell is told of a set
            let cell = draw(cells.count)
            if cells[cell].isUp { cells[cell].seat.install(history.sets[draw(history.sets.count)]) }
        default: loseDisk(draw(cells.count))
        }
    }

    private mutating func crashOrReturn(_ cell: Int) {
        cells[cell].isUp = !cells[cell].isUp
        let isUp = cells[cell].isUp
        note("cell \(cell) \(isUp ? "returns" : "crashes")")
        guard isUp else { return }
        for decree in cells[cell].acceptors.indices {
            let kept = cells[cell].acceptors[decree].encoded()
            cells[cell].acceptors[decree] = broken == .forgets ? Acceptor() : Acceptor(decoding: kept)!
        }
    }

    private mutating func loseDisk(_ cell: Int) {
        guard lossesLeft > 0, generator.chance(0.3) else { return }
        lossesLeft -= 1
        let decider = cells[cell].seat.decider
        note("cell \(cell) loses its disk")
        cells[cell].seat = DeciderSeat(decider: Decider(cell: decider.cell, store: decider.store + 100), set: nil)
        cells[cell].acceptors = cells[cell].acceptors.map { _ in Acceptor() }
    }

    // Proposers.

    private mutating func start(_ slot: Int) {
        let set = generator.chance(0.7) ? history.sets.last! : history.sets[draw(history.sets.count)]
        // The numbers of a process meet where it changes the same decree again and again.
        switch broken == .sameNumber ? 0 : generator.below(10) {
        case 0..<5:
            changes += 1
            begin(slot, .change(changes), DecreeSimulation.names[broken == .sameNumber ? 1 : 1 + draw(2)], set)
        case 5..<7: begin(slot, .read, DecreeSimulation.names[1 + draw(2)], set)
        default:
            var others = cells.map(\.seat.decider)
            others.shuffle(using: &generator)
            beginReplacement(slot, Array(others.prefix(sides)), from: set)
        }
    }

    private mutating func beginReplacement(_ slot: Int, _ target: [Decider], from set: DeciderSet) {
        let others = broken == .notCarried ? [] : Array(DecreeSimulation.names.dropFirst())
        var plan = DeciderChange(to: target, from: set, decrees: others)
        follow(slot, plan.begin(), plan)
    }

    private mutating func begin(_ slot: Int, _ job: Job, _ name: DecreeName, _ set: DeciderSet, todo: [DecreeName] = [])
    {
        numbers += 1
        let decree = DecreeSimulation.names.firstIndex(of: name)!
        let change = CASChange(
            of: name, by: lens(set), proposer: broken == .sameNumber && !isCalm ? UInt64(slot) : numbers,
            patience: .init(attempts: isCalm ? 30 : 6),
            generator: Generator(seed: numbers))
        proposers[slot] = Proposer(
            job: job, change: change, decree: decree, floor: history.longest(decree).count, todo: todo)
        note("\(slot) begins \(job) of \(name) by \(set.epoch.rawValue)")
        report(slot) { $0.begin() }
    }

    private mutating func resume(_ slot: Int) {
        proposers[slot]!.isBackingOff = false
        report(slot) { $0.resume() }
    }

    private mutating func report(_ slot: Int, _ body: (inout CASChange) -> CASChange.Step) {
        let step = body(&proposers[slot]!.change)
        carryOut(slot, step)
    }

    private mutating func carryOut(_ slot: Int, _ step: CASChange.Step) {
        let proposer = proposers[slot]!
        switch step {
        case .wait: break
        case .send(let request, let members): send(slot, request, members, informing: nil)
        case .inform(let members, let request):
            send(slot, request, members, informing: history.set(at: proposer.change.set.epoch))
        case .decide(let current): decide(slot, current)
        case .conflict: proposers[slot]!.isBackingOff = true
        case .chosen(let value):
            note("\(slot) has decided \(proposer.decree): \(value ?? []) at \(proposer.ballot)")
            if case .read = proposer.job, broken == .toldEarly {
                proposers[slot] = nil
                return
            }
            history.told(proposer.decree, proposer.ballot, value, floor: proposer.floor)
            ended(slot, value)
        case .failed(let failure):
            note("\(slot) failed: \(failure)")
            if case .change(let token) = proposer.job, !failure.isUncertain { history.denied.insert(token) }
            proposers[slot] = nil
        }
    }

    private mutating func decide(_ slot: Int, _ current: [UInt8]?) {
        let proposer = proposers[slot]!
        switch proposer.job {
        case .read:
            if broken == .toldEarly {
                history.told(proposer.decree, proposer.ballot, current, floor: proposer.floor)
            }
            report(slot) { $0.stop() }
        case .change(let token):
            let value = current ?? []
            if value.contains(token) { return report(slot) { $0.stop() } }
            let before = bag.count
            report(slot) { $0.propose(value + [token]) }
            guard !isCalm, bag.count > before, generator.chance(0.15) else { return }
            bag.removeLast(draw(bag.count - before + 1))
            note("\(slot) crashes before it has told all")
            proposers[slot] = nil
        case .replace(let plan):
            let set = history.set(at: proposer.change.set.epoch)!
            if let value = plan.proposal(of: DecreeSimulation.names[proposer.decree], current: current, by: set) {
                report(slot) { $0.propose(value) }
            } else {
                report(slot) { $0.stop() }
            }
        }
    }

    private mutating func ended(_ slot: Int, _ value: [UInt8]?) {
        let proposer = proposers[slot]!
        proposers[slot] = nil
        switch proposer.job {
        case .read: break
        case .change(let token):
            if value?.contains(token) != true { history.fail("change \(token) is not in what was decided") }
        case .replace(var plan):
            let set = history.set(at: proposer.change.set.epoch)!
            let step = plan.chosen(value, of: DecreeSimulation.names[proposer.decree], by: set)
            guard step == .wait, let next = proposer.todo.first else { return follow(slot, step, plan) }
            begin(slot, .replace(plan), next, plan.set, todo: Array(proposer.todo.dropFirst()))
        }
    }

    private mutating func follow(_ slot: Int, _ step: DeciderChange.Step, _ plan: DeciderChange) {
        switch step {
        case .decide(let names): begin(slot, .replace(plan), names[0], plan.set, todo: Array(names.dropFirst()))
        case .wait: history.fail("a replacement waits for nothing")
        case .done, .contention, .invalid:
            note("\(slot) ends a replacement: \(step)")
            if isCalm, step != .done(plan.set) { history.fail("a replacement ended with \(step)") }
        }
    }

    /// The set as a proposer that counts one side only believes it to be.
    private func lens(_ set: DeciderSet) -> DeciderSet {
        broken == .oneQuorum && set.isJoint ? DeciderSet(epoch: set.epoch, phase: .stable(set.successors))! : set
    }

    // The network.

    private mutating func send(
        _ slot: Int, _ request: CASChange.Request, _ members: DeciderSet.Members, informing set: DeciderSet?
    ) {
        switch request {
        case .prepare(let ballot), .accept(let ballot, _): proposers[slot]!.ballot = ballot
        }
        let proposer = proposers[slot]!
        let question = DecreeQuestion(
            set: set, items: [.init(decree: DecreeSimulation.names[proposer.decree], request: request)])
        let bytes = question.encoded()
        for (position, member) in proposer.change.set.members.enumerated() where members & 1 << position != 0 {
            bag.append(.request(bytes, to: member.cell.position, from: slot))
        }
    }

    private mutating func deliver() {
        guard !bag.isEmpty else { return }
        while bag.count > 300 { bag.remove(at: draw(bag.count)) }
        // Mostly of the latest, so that rounds come to an end while the oldest stay under way.
        let recent = min(bag.count, 12)
        let at = isCalm ? 0 : generator.chance(0.8) ? bag.count - 1 - draw(recent) : draw(bag.count)
        let message = bag[at]
        if isCalm || !generator.chance(0.1) { bag.remove(at: at) }
        guard isCalm || !generator.chance(0.08) else { return }
        switch message {
        case .request(let question, let cell, let slot):
            guard cells[cell].isUp, let question = DecreeQuestion(decoding: question) else { return }
            if let set = question.set { cells[cell].seat.install(set) }
            let item = question.items[0]
            let decree = DecreeSimulation.names.firstIndex(of: item.decree)!
            let answer = answer(cell, item.request, decree)
            note("\(slot) asks \(cell) of \(item.decree): \(item.request) -> \(answer.outcome)")
            let reply = DecreeReply(decider: cells[cell].seat.decider, answers: [answer])
            bag.append(.answer(reply.encoded(), decree: decree, to: slot))
        case .answer(let reply, let decree, let slot):
            guard let proposer = proposers[slot], proposer.decree == decree,
                let reply = DecreeReply(decoding: reply)
            else { return }
            var answer = reply.answers[0]
            if case .otherSet(let set?) = answer.outcome { answer.outcome = .otherSet(lens(set)) }
            report(slot) { $0.answered(answer, by: reply.decider) }
        }
    }

    private mutating func answer(_ cell: Int, _ request: CASChange.Request, _ decree: Int) -> Acceptor.Answer {
        let seat = cells[cell].seat
        let before = cells[cell].acceptors[decree]
        var answer = cells[cell].acceptors[decree].answer(request, of: DecreeSimulation.names[decree], at: seat)
        guard case .accept(let ballot, let value) = request else { return answer }
        if broken == .acceptsAll, seat.admits(ballot) {
            cells[cell].acceptors[decree] = Acceptor(
                promised: max(ballot, before.promised), accepted: .init(ballot: ballot, value: value))
            answer.outcome = .accepted
        }
        if answer.outcome == .accepted { history.accepted(decree, ballot, value, by: seat.decider) }
        return answer
    }

    // The end.

    /// With all back, whoever knows only the newest set brings the replacement under way to its end and reads what was
    /// decided.
    private mutating func end() {
        isCalm = true
        proposers = [nil]
        for cell in cells.indices {
            if !cells[cell].isUp { crashOrReturn(cell) }
        }
        bag.removeAll()
        beginReplacement(0, Array(cells.map(\.seat.decider).suffix(sides)), from: history.sets.last!)
        settle("a replacement")
        for name in DecreeSimulation.names.dropFirst() where history.violation == nil {
            begin(0, .read, name, history.sets.last!)
            settle("a read")
        }
    }

    private mutating func settle(_ what: String) {
        var left = 3_000
        while proposers[0] != nil, history.violation == nil {
            left -= 1
            if left == 0 || (bag.isEmpty && !proposers[0]!.isBackingOff) { return history.fail("\(what) is stuck") }
            if proposers[0]!.isBackingOff { resume(0) } else { deliver() }
        }
    }

    private mutating func draw(_ count: Int) -> Int { Int(generator.below(UInt64(count))) }

    private mutating func note(_ text: @autoclosure () -> String) {
        if transcript != nil { transcript!.append(text()) }
    }
}
