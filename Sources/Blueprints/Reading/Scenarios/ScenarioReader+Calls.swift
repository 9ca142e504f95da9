import MeshBase
import Reports
import Scenarios

/// Requests and programs of a scenario, as Chaos Toolkit has them.
extension ScenarioReader {
    private static let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    /// Fields that the request itself has.
    private static let ownFields: Set = [
        "connection", "content-length", "expect", "host", "te", "trailer", "transfer-encoding", "upgrade",
    ]
    /// Bytes of an address, a value or a path at most.
    private static let longestText = 8_192

    func place(_ position: Position) -> String { "\(reporter.file):\(position.line)" }

    // MARK: Requests

    func httpCall(_ provider: MappingReader, isAction: Bool) -> ScenarioCall? {
        _ = provider.value("secrets")
        // There is nothing that could be verified or tried again.
        _ = provider.value("verify_tls").flatMap { read.toggle($0, "'verify_tls'") }
        _ = provider.value("max_retries").flatMap { read.integer($0, "'max_retries'", 0...0) }
        let timeout = timeout(provider)
        let headers = provider.mapping("headers").map(self.headers) ?? []
        let method = method(provider)
        let expected = expected(provider, isAction: isAction)
        let arguments = provider.value("arguments")
        guard let value = provider.required("url"), let text = read.text(value, "'url'"),
            var request = request(text, at: value.position), let method, let headers
        else { return nil }
        request.method = method
        request.headers = headers
        if let arguments, !arguments.isNothing, !self.arguments(arguments, &request) { return nil }
        var call = ScenarioCall(.http(request), place: place(provider.position))
        call.expected = expected
        if let timeout { call.timeout = timeout }
        return call
    }

    private func method(_ provider: MappingReader) -> String? {
        guard let value = provider.value("method") else { return "GET" }
        guard let text = read.text(value, "'method'") else { return nil }
        let method = text.uppercased()
        guard Self.methods.contains(method) else {
            reporter.error(
                .unknownWord, at: value.position, "'method' cannot be '\(YAMLValue.clipped(text))'",
                hint: NearestWord.hint(for: method, among: Self.methods, listing: "one of"))
            return nil
        }
        return method
    }

    /// Of an action; a probe has its tolerance.
    private func expected(_ provider: MappingReader, isAction: Bool) -> Int? {
        guard let value = provider.value("expected_status") else { return nil }
        guard isAction else {
            reporter.error(
                .contradiction, at: value.position, "a probe has no 'expected_status': its 'tolerance' is the status")
            return nil
        }
        return read.integer(value, "'expected_status'", 100...599)
    }

    /// `http://127.0.0.1:8080/path?query`; addresses of this machine alone.
    private func request(_ text: String, at position: Position) -> ScenarioCall.Request? {
        func refuse(_ why: String, hint: String? = nil) -> ScenarioCall.Request? {
            reporter.error(
                .badAction, at: position, "'\(YAMLValue.clipped(SecretBook.shown(text)))' is not asked: \(why)",
                hint: hint)
            return nil
        }
        guard text.utf8.count <= Self.longestText else {
            return refuse("an address has at most \(Self.longestText) bytes")
        }
        let lower = text.lowercased()
        if lower.hasPrefix("https://") { return refuse("TLS is not spoken here", hint: "http://127.0.0.1:PORT/PATH") }
        guard lower.hasPrefix("http://") else {
            return refuse("it is no address of HTTP", hint: "http://127.0.0.1:PORT/PATH")
        }
        let rest = text.dropFirst(7)
        let authority = rest.prefix { !"/?#".contains($0) }
        guard !SecretBook.isMarked(String(authority)), let host = HostPort.host(of: authority.lowercased()) else {
            return refuse("its host is no name and no address", hint: "http://127.0.0.1:PORT/PATH")
        }
        guard host == "localhost" || IPAddress(host)?.isLoopback == true else {
            return refuse(
                "a drill asks this machine alone, by an address of its loopback", hint: "127.0.0.1, [::1] or localhost")
        }
        guard let place = HostPort(authority.lowercased(), usualPort: 80), place.port > 0 else {
            return refuse("its port is no number from 1 to 65535")
        }
        var target = String(rest.dropFirst(authority.count).prefix { $0 != "#" })
        if !target.hasPrefix("/") { target = "/" + target }
        target = SecretBook.mapPlain(target) { plain in
            plain.unicodeScalars.map { (0x21...0x7E).contains($0.value) ? String($0) : PercentText.encoded(String($0)) }
                .joined()
        }
        return ScenarioCall.Request(
            endpoint: place.endpoint ?? .loopback(place.port), host: place.description, target: target)
    }

    /// Nil where one cannot be sent; that was reported.
    private func headers(_ map: MappingReader) -> [ScenarioCall.Pair]? {
        var headers: [ScenarioCall.Pair] = []
        var isSound = true
        for entry in bounded(map.allEntries(), "'headers'", at: map.position) {
            let isToken =
                !entry.key.isEmpty && entry.key.utf8.count <= 128
                && entry.key.unicodeScalars.allSatisfy {
                    ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
                        || "!#$%&'*+-.^_`|~".unicodeScalars.contains($0)
                }
            if !isToken || Self.ownFields.contains(entry.key.lowercased()) {
                reporter.error(
                    .badName, at: entry.position,
                    isToken
                        ? "the request has its own '\(entry.key)'"
                        : "'\(YAMLValue.clipped(entry.key))' is no name of a header")
                isSound = false
                continue
            }
            guard let text = scalar(entry.value, "'\(entry.key)'") else {
                isSound = false
                continue
            }
            headers.append(.init(entry.key, text))
        }
        return isSound ? headers : nil
    }

    /// What a request carries: in its address where it is a GET, and else as a form, as JSON where its header says so, or as it is.
    private func arguments(_ value: YAMLValue, _ request: inout ScenarioCall.Request) -> Bool {
        let isJSON = request.headers.contains {
            $0.name.lowercased() == "content-type" && $0.value == "application/json"
        }
        if request.method != "GET" {
            if isJSON {
                request.body = .json(json(value))
                return true
            }
            if case .text(let text, _) = value.content {
                guard text.utf8.count <= 64 << 10 else {
                    reporter.error(.outOfRange, at: value.position, "a body has at most 64 KiB")
                    return false
                }
                request.body = .text(text)
                return true
            }
        }
        guard let map = read.mapping(value, "'arguments'") else { return false }
        var parts: [ScenarioCall.Pair] = []
        for entry in bounded(map.allEntries(), "'arguments'", at: value.position) {
            guard let text = scalar(entry.value, "'\(YAMLValue.clipped(entry.key))'") else { return false }
            parts.append(.init(entry.key, text))
        }
        guard request.method == "GET" else {
            request.body = .form(parts)
            return true
        }
        let query = parts.map {
            "\(PercentText.encoded($0.name))=\(SecretBook.mapPlain($0.value, PercentText.encoded))"
        }.joined(separator: "&")
        if !query.isEmpty { request.target += (request.target.contains("?") ? "&" : "?") + query }
        return true
    }

    /// A value as JSON has it.
    private func json(_ value: YAMLValue) -> JSONValue {
        switch value.content {
        case .list(let items): return .list(items.map(json))
        case .mapping(let entries): return .object(entries.map { .init($0.key, json($0.value)) })
        case .text(let text, quoted: true): return .text(text)
        case .text(let text, quoted: false):
            if value.isNothing { return .null }
            if text == "true" || text == "false" { return .bool(text == "true") }
            if let whole = Int64(text) { return .integer(whole) }
            if let number = Double(text), number.isFinite, text.utf8.allSatisfy({ $0 < 58 || $0 == 69 || $0 == 101 }) {
                return .number(number)
            }
            return .text(text)
        }
    }

    // MARK: Programs

    /// - Parameter path: of a program that is not this one.
    func processCall(_ provider: MappingReader, _ path: String, at position: Position) -> ScenarioCall? {
        _ = provider.value("secrets")
        let timeout = timeout(provider)
        let variables = provider.mapping("env").map(self.variables) ?? []
        let arguments = provider.value("arguments")
        guard let variables else { return nil }
        guard !path.contains("="), path.utf8.count <= Self.longestText, !path.utf8.contains(0) else {
            reporter.error(.badAction, at: position, "'\(YAMLValue.clipped(path))' is no path of a program")
            return nil
        }
        var program = ScenarioCall.Program(path: path)
        program.environment = variables
        if let arguments, !arguments.isNothing, !words(arguments, &program) { return nil }
        var call = ScenarioCall(.process(program), place: place(provider.position))
        if let timeout { call.timeout = timeout }
        return call
    }

    /// A list of words, a text for a shell, or options with their values.
    private func words(_ value: YAMLValue, _ program: inout ScenarioCall.Program) -> Bool {
        switch value.content {
        case .text:
            guard let text = scalar(value, "'arguments'") else { return false }
            program.shell = text
            return true
        case .list(let items):
            guard items.count <= ScenarioCall.mostParts else {
                _ = read.list(value, "'arguments'", most: ScenarioCall.mostParts)
                return false
            }
            let words = items.compactMap { scalar($0, "an argument") }
            program.arguments = words.filter { !$0.isEmpty }
            return words.count == items.count
        case .mapping(let entries):
            for entry in bounded(entries, "'arguments'", at: value.position) {
                guard let text = scalar(entry.value, "'\(YAMLValue.clipped(entry.key))'") else { return false }
                program.arguments += [entry.key, text].filter { !$0.isEmpty }
            }
            return true
        }
    }

    private func variables(_ map: MappingReader) -> [ScenarioCall.Pair]? {
        var pairs: [ScenarioCall.Pair] = []
        for entry in bounded(map.allEntries(), "'env'", at: map.position) {
            guard !entry.key.isEmpty, !entry.key.contains("="), !entry.key.utf8.contains(0) else {
                reporter.error(
                    .badName, at: entry.position, "'\(YAMLValue.clipped(entry.key))' is no name of a variable")
                return nil
            }
            guard let text = scalar(entry.value, "'\(YAMLValue.clipped(entry.key))'") else { return nil }
            pairs.append(.init(entry.key, text))
        }
        return pairs
    }

    // MARK: Parts

    private func bounded(_ entries: [YAMLValue.Entry], _ what: String, at position: Position) -> [YAMLValue.Entry] {
        guard entries.count > ScenarioCall.mostParts else { return entries }
        reporter.error(
            .tooMany, at: position,
            "\(what) has \(entries.count) entries; at most \(ScenarioCall.mostParts) are possible")
        return []
    }

    /// Any text, number or truth value as it is written; what stands there is not shown, since it may be meant as a secret.
    private func scalar(_ value: YAMLValue, _ what: String) -> String? {
        guard case .text(let text, let quoted) = value.content else {
            read.wrongType(value, what, "a text")
            return nil
        }
        guard text.utf8.count <= Self.longestText, !text.utf8.contains(0) else {
            reporter.error(
                .outOfRange, at: value.position, "\(what) has at most \(Self.longestText) bytes, and none that is 0")
            return nil
        }
        return !quoted && value.isNothing ? "" : text
    }

    /// A number of seconds, two of them (to connect, to answer) as one, or a duration.
    private func timeout(_ provider: MappingReader) -> TimeAmount? {
        guard let value = provider.value("timeout"), !value.isNothing else { return nil }
        let range = TimeAmount.milliseconds(1)...ScenarioCall.longest
        guard case .list(let items) = value.content else { return seconds(value, "'timeout'", range) }
        guard items.count == 2 else {
            reporter.error(.wrongType, at: value.position, "'timeout' is one time, or two: to connect and to answer")
            return nil
        }
        let both = items.compactMap { seconds($0, "a part of 'timeout'", range) }
        return both.count == 2 ? min(both[0] + both[1], ScenarioCall.longest) : nil
    }

    /// A number of seconds as in Chaos Toolkit, or a duration.
    func seconds(_ value: YAMLValue, _ what: String, _ range: ClosedRange<TimeAmount>) -> TimeAmount? {
        if case .text(let text, quoted: false) = value.content, let number = Syntax.decimal(text[...]), number <= 86_400
        {
            let amount = TimeAmount(seconds: number)
            if range.contains(amount) { return amount }
            reporter.error(
                .outOfRange, at: value.position,
                "\(what) must be from \(Syntax.written(range.lowerBound)) to \(Syntax.written(range.upperBound))")
            return nil
        }
        return read.duration(value, what, range)
    }

    // MARK: Tolerances

    private enum ToleranceType: String, CaseIterable { case regex, jsonpath, range }

    /// What an answer has to be. One that cannot hold, whatever the answer, is refused.
    func callTolerance(_ value: YAMLValue, _ call: ScenarioCall) -> CallTolerance? {
        let body = call.isProcess ? "stdout" : "body"
        func never(_ why: String) -> CallTolerance? {
            reporter.error(
                .badMeasure, at: value.position, "'tolerance' can never hold: \(why)",
                hint: "a status, a list of them, or {type: regex, target: \(body), pattern: ok}")
            return nil
        }
        switch value.content {
        case .text(let text, let quoted):
            let what = call.isProcess ? "a program's exit code" : "a status"
            guard !quoted, let status = Int(text) else {
                return never("\(value.described) is held against \(what), a whole number")
            }
            return isStatus(status, call) ? .status([status]) : never("there is no such status")
        case .list(let items):
            let all = items.compactMap { item -> Int? in
                if case .text(let text, quoted: false) = item.content { Int(text) } else { nil }
            }
            guard all.count == items.count, all.count <= ScenarioCall.mostParts else {
                reporter.error(
                    .wrongType, at: value.position,
                    "a list of 'tolerance' has the whole numbers that the status may be, \(ScenarioCall.mostParts) at most"
                )
                return nil
            }
            return all.contains { isStatus($0, call) } ? .status(all) : never("it has no status that there is")
        case .mapping: return part(value, call)
        }
    }

    private func isStatus(_ status: Int, _ call: ScenarioCall) -> Bool {
        (call.isProcess ? -64...255 : 100...599).contains(status)
    }

    private func part(_ value: YAMLValue, _ call: ScenarioCall) -> CallTolerance? {
        guard let map = read.mapping(value, "'tolerance'"), let type = map.required("type") else { return nil }
        if case .text("probe", _) = type.content {
            _ = map.allEntries()
            reporter.error(.unknownWord, at: type.position, "a tolerance that is a probe itself is not run here")
            return nil
        }
        guard let type = read.word(type, "'type'", ToleranceType.self) else {
            _ = map.allEntries()
            return nil
        }
        defer { map.finish() }
        _ = map.value("name")
        switch type {
        case .regex:
            let target = target(map, call, needed: true)
            guard let value = map.required("pattern"), let text = read.text(value, "'pattern'") else { return nil }
            do throws(LinearPattern.Invalid) {
                let pattern = try LinearPattern(text: text)
                return target.flatMap { $0 }.map { .pattern($0, pattern) }
            } catch {
                reporter.error(.badMeasure, at: value.position, "'pattern' is not understood: \(error.message)")
                return nil
            }
        case .range:
            let target = target(map, call, needed: true)
            guard let value = map.required("range"), let ends = read.list(value, "'range'", most: 2) else { return nil }
            let numbers = ends.compactMap(end)
            guard ends.count == 2, numbers.count == 2 else {
                if numbers.count == ends.count {
                    reporter.error(.wrongType, at: value.position, "'range' has two ends, such as [0, 5]")
                }
                return nil
            }
            guard numbers[0] <= numbers[1] else {
                reporter.error(.wrongOrder, at: value.position, "no number lies within 'range': its ends are exchanged")
                return nil
            }
            return target.flatMap { $0 }.map { .range($0, low: numbers[0], high: numbers[1]) }
        case .jsonpath: return path(map, call)
        }
    }

    /// A number, below 0 too.
    private func end(_ value: YAMLValue) -> Double? {
        if case .text(let text, quoted: false) = value.content,
            let number = Syntax.decimal(text.hasPrefix("-") ? text.dropFirst() : text[...]), number <= 1e15
        {
            return text.hasPrefix("-") ? -number : number
        }
        reporter.error(.badNumber, at: value.position, "an end of 'range' must be a number, not \(value.described)")
        return nil
    }

    private func path(_ map: MappingReader, _ call: ScenarioCall) -> CallTolerance? {
        let target = target(map, call, needed: false)
        let count = map.optionalInteger("count", 0...JSONPath.mostValues)
        let expect = map.entry("expect").map { entry -> [JSONValue] in
            if case .list(let items) = entry.value.content { items.map(json) } else { [json(entry.value)] }
        }
        guard let value = map.required("path"), let text = read.text(value, "'path'"), let target else { return nil }
        let path: JSONPath
        do throws(JSONPath.Invalid) { path = try JSONPath(text: text) } catch {
            reporter.error(.badMeasure, at: value.position, "'path' is not understood: \(error.message)")
            return nil
        }
        if let count, let expect, count != expect.count {
            reporter.error(
                .contradiction, at: map.position,
                "'count' is \(count), and 'expect' has \(expect.count): one of them cannot hold")
            return nil
        }
        if max(count ?? 0, expect?.count ?? 0) > 1, !path.steps.contains(.every) {
            reporter.error(
                .badMeasure, at: map.position, "'tolerance' can never hold: '\(path.text)' leads to one value at most",
                hint: "'[*]' leads to all of a list")
            return nil
        }
        return .path(target, path, count: count, expect: expect)
    }

    /// - Returns: nil where it is none, which was reported; nil inside where none is written.
    private func target(_ map: MappingReader, _ call: ScenarioCall, needed: Bool) -> CallTolerance.Target?? {
        let known: [CallTolerance.Target] = call.isProcess ? [.stdout, .stderr, .status] : [.body, .status]
        guard let value = map.value("target") else {
            guard needed else { return .some(nil) }
            map.missing("target", hint: "what of the answer is looked at: \(known[0].rawValue)")
            return nil
        }
        return read.word(value, "'target'", among: known.map(\.rawValue)).flatMap { CallTolerance.Target(rawValue: $0) }
            .map { .some($0) }
    }
}
