import Drills

extension RunReport {
    /// `report export --format md`: for an issue, or a pull request.
    package var markdown: String {
        var text = "# \(Self.plain(kind.rawValue)): \(Self.plain(title))\n\n"
        text += "**\(outcome.rawValue)** in \(Wording.time(milliseconds: durationMilliseconds)), \(begun)"
        text += mesh.map { ", mesh \(Self.plain($0))" } ?? ""
        text += "\n\n" + reasons.prefix(20).map { "- \(Self.plain($0))\n" }.joined()
        if !reasons.isEmpty { text += "\n" }
        if !claims.isEmpty {
            text += Self.table(
                ["claim", "bound", "observed", "interval", "verdict"],
                claims.map {
                    [$0.name, Self.bound($0), Self.figure($0.observed, $0), Self.range($0), $0.verdict.rawValue]
                })
        }
        if let impact {
            let (all, seen) = (impact.predicted, impact.observed)
            text += Self.table(
                ["customers", "predicted of all", "predicted of those seen", "observed"],
                [
                    ("lost", all.lost, seen.predicted.lost, seen.lost),
                    ("degraded", all.degraded, seen.predicted.degraded, seen.degraded),
                    ("untouched", all.untouched, seen.predicted.untouched, seen.untouched),
                    ("no quorum", all.noQuorum, seen.predictedNoQuorum, seen.noQuorum),
                ]
                .map { [$0.0, "\($0.1)", impact.seen($0.2), impact.seen($0.3)] })
            if impact.unseen != nil || impact.uncounted != nil { text += impact.sentence + "\n\n" }
        }
        if let windows = impact?.windows, windows.count > 1 {
            text += Self.table(
                ["harm from", "to", "lost", "degraded", "no quorum", "asked", "differ", "out"],
                windows.map(\.words))
        }
        if !incidents.isEmpty {
            func after(_ at: Double?, _ cause: Double) -> String {
                at.map { Wording.time(milliseconds: $0 - cause) } ?? "-"
            }
            text += Self.table(
                ["incident", "at", "detected after", "first failure after", "over after", "requests that failed"],
                incidents.map { incident in
                    [
                        "\(incident.what) \(incident.subjects.joined(separator: ", "))",
                        Wording.time(milliseconds: incident.cause), after(incident.detection, incident.cause),
                        after(incident.impact, incident.cause), after(incident.recovery, incident.cause),
                        "\(incident.failed)",
                    ]
                })
        }
        text += Self.table(["figure", "value"], figures.map { [$0.name, $0.text] })
        return text + "The same again: `\(command.replacing("`", with: "'"))`\n"
    }

    private static func table(_ head: [String], _ rows: [[String]]) -> String {
        guard !rows.isEmpty else { return "" }
        func line(_ cells: [String]) -> String { "| " + cells.map { plain($0) }.joined(separator: " | ") + " |\n" }
        return line(head) + "|" + String(repeating: "---|", count: head.count) + "\n" + rows.map(line).joined() + "\n"
    }

    /// So that nothing of a text is taken for markup.
    private static func plain(_ text: String) -> String {
        var plain = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "|", "*", "_", "`", "[", "]", "<", ">", "\\", "#":
                plain += "\\"
                plain.unicodeScalars.append(scalar)
            default:
                if scalar.value < 0x20 || scalar.value == 0x7F {
                    plain += " "
                } else {
                    plain.unicodeScalars.append(scalar)
                }
            }
        }
        return plain
    }

    /// `report export --format junit`: a claim is a test case. What is undecided was skipped.
    package var junit: String {
        let failures = claims.count { $0.verdict == .deviated }
        let skipped = claims.count { $0.verdict == .undecided }
        // A run that failed by itself has no claim that says so.
        let isBroken = outcome == .failed || outcome == .interrupted
        let cases = claims.map { claim -> HTML in
            let told = "\(Self.figure(claim.observed, claim)) (\(Self.range(claim))), bound \(Self.bound(claim))"
            let body: HTML =
                switch claim.verdict {
                case .met: "<system-out>\(told)</system-out>"
                case .deviated: "<failure message=\"\(told)\">\(claim.detail ?? "")</failure>"
                case .undecided: "<skipped message=\"undecided: \(claim.detail ?? told)\"/>"
                }
            return "    <testcase classname=\"cellmesh.\(kind.rawValue)\" name=\"\(claim.name)\">\(body)</testcase>\n"
        }.joined()
        let broken: HTML =
            isBroken
            ? """
                <testcase classname="cellmesh.\(kind.rawValue)" name="the run"><error message="\(outcome.rawValue)">\
            \(reasons.joined(separator: "; "))</error></testcase>

            """ : ""
        let seconds = Wording.fixed(durationMilliseconds / 1_000, 3)
        let suite: HTML = """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites>
              <testsuite name="\(title)" tests="\(claims.count + (isBroken ? 1 : 0))" failures="\(failures)" \
            errors="\(isBroken ? 1 : 0)" skipped="\(skipped)" time="\(seconds)" timestamp="\(begun)">
            \(cases)\(broken)  </testsuite>
            </testsuites>

            """
        return suite.text
    }
}
