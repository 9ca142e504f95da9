import MeshBase
import Reports

/// Nothing is done that was not predicted on the screen first.
extension TopModel {
    mutating func ask(_ action: TopAction, _ now: Instant) -> [TopOrder] {
        if isReadOnly {
            say("this screen only shows (--read-only)", .warn, now)
            return []
        }
        if isStale(now) || isHeld {
            say(
                isHeld ? "no actions while the screen is held" : "no actions while the screen is not up to date", .warn,
                now)
            return []
        }
        page = .question(TopQuestion(action))
        return [.predict(action)]
    }

    /// What an action would do, or why nobody can say.
    package mutating func take(
        prediction: Result<PredictionReport, TopFailure>, of action: TopAction, now: Instant
    ) -> [TopOrder] {
        guard case .question(var question) = page, question.action == action, !question.isBusy else { return [] }
        switch prediction {
        case .failure(let failure):
            question.note = failure.detail
            question.prediction = nil
            question.closedAt = now
        case .success(let report):
            if question.note == Self.asking { question.note = "" }
            question.prediction = report
            question.predictedAt = now
            question.typed = ""
            question.closedAt = report.refusals.isEmpty ? nil : now
        }
        page = .question(question)
        guard let report = question.prediction, report.refusals.isEmpty, report.confirm == .none else { return [] }
        return confirm(question)
    }

    /// What became of an action.
    package mutating func took(
        _ outcome: Result<String?, TopFailure>, of action: TopAction, now: Instant
    ) -> [TopOrder] {
        guard case .question(var question) = page, question.action == action, question.isBusy else { return [] }
        question.isBusy = false
        switch outcome {
        case .success(let detail):
            page = .list
            say(detail ?? action.past, detail == nil ? .good : .warn, now)
            return []
        case .failure(let failure) where failure.isStale:
            question.note = "the mesh has changed: this is what it would do now"
            question.prediction = nil
            page = .question(question)
            return [.predict(action)]
        case .failure(let failure):
            question.note = failure.detail
            question.prediction = nil
            question.closedAt = now
            page = .question(question)
            return []
        }
    }

    /// Why something is not done goes by itself, as messages do.
    mutating func dropClosed(_ now: Instant) {
        guard case .question(let question) = page, let at = question.closedAt, now - at >= Self.messageTime else {
            return
        }
        page = .list
    }

    /// What became of a halt.
    package mutating func halted(_ outcome: Result<Bool, TopFailure>, now: Instant) {
        switch outcome {
        case .success(let isReleased): say(isReleased ? "released" : "halted: what is injected ends", .good, now)
        case .failure(let failure): say(failure.detail, .bad, now)
        }
    }

    static let asking = "asking what it would do"

    mutating func renewPrediction(_ now: Instant) -> [TopOrder] {
        guard case .question(var question) = page, !question.isBusy, let report = question.prediction,
            let at = question.predictedAt, now - at >= .milliseconds(Int64(report.valid))
        else { return [] }
        question.predictedAt = now
        question.note = "made anew: the former prediction was too old"
        page = .question(question)
        return [.predict(question.action)]
    }

    mutating func confirm(_ question: TopQuestion) -> [TopOrder] {
        guard let report = question.prediction, report.refusals.isEmpty else { return [] }
        var question = question
        question.isBusy = true
        question.note = "doing it"
        page = .question(question)
        return [.act(question.action, prediction: report.prediction)]
    }

    /// A key while an action waits for an answer.
    mutating func answer(_ key: Key, _ question: TopQuestion, _ now: Instant) -> [TopOrder] {
        guard !question.isBusy else { return [] }
        var question = question
        if key == .escape {
            page = .list
            say("nothing was done", .plain, now)
            return []
        }
        guard let report = question.prediction, report.refusals.isEmpty else { return [] }
        switch report.confirm {
        case .none: return confirm(question)
        case .click:
            if key == .character("y") { return confirm(question) }
            page = .list
            say("nothing was done", .plain, now)
            return []
        case .type:
            switch key {
            case .character(let character) where question.typed.count < 100: question.typed.append(character)
            case .backspace: question.typed = String(question.typed.dropLast())
            case .control("u"): question.typed = ""
            case .enter where question.typed == report.word: return confirm(question)
            case .enter: question.note = "that is not '\(report.word ?? "")'; esc leaves all as it is"
            default: break
            }
            page = .question(question)
            return []
        }
    }
}

/// Why something was not told or done.
package struct TopFailure: Error, Sendable, Equatable {
    /// One sentence.
    package var detail: String
    /// The mesh is another than the one that was predicted.
    package var isStale: Bool

    package init(_ detail: String, isStale: Bool = false) {
        self.detail = detail
        self.isStale = isStale
    }
}
