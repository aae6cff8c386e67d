import CommandSupport
import TaskstatsProtocol
import TestSupport
import Testing

@testable import Taskstats
@testable import tsctl

/// Summaries by other properties than the command.
@Suite struct GroupingTests {
    private func summary(by grouping: Grouping) -> Summary {
        var summary = Summary(scope: .task, by: grouping)
        summary.add(SampleOrigin.exit())
        summary.add(SampleOrigin.exit())
        summary.add(SampleOrigin.exit(SampleOrigin.process(cgroup: SampleOrigin.inContainer)))
        summary.add(SampleOrigin.exit(SampleOrigin.process(cgroup: "/init")))
        summary.add(SampleOrigin.exit(nil))
        return summary
    }

    private func names(by grouping: Grouping, width: Int? = nil) -> [String] {
        let screen = SummaryScreen(
            summary(by: grouping), context: SummaryContext(elapsedMicroseconds: 1_000_000), style: Style(isOn: false),
            width: width)
        // Without the headline, the heading and the explanation.
        return screen.lines.dropFirst(2).dropLast().map { line in
            String(line.firstRange(of: "  ").map { line[..<$0.lowerBound] } ?? line[...])
        }
    }

    @Test func `each property has groups of its own, and rows for none and for unknown`() {
        #expect(
            names(by: .unit)
                == ["UNIT", "nginx.service", "(none)", "(unknown)", "docker-\(SampleOrigin.container).scope", "(all)"])
        #expect(names(by: .container) == ["CONTAINER", "(none)", "(unknown)", "docker 4f3c12ab90de", "(all)"])
        #expect(
            names(by: .cgroup) == [
                "CGROUP", "/system.slice/nginx.service", "(unknown)", "/init", SampleOrigin.inContainer, "(all)",
            ])
        #expect(names(by: .user) == ["USER", "root", "(all)"])
        #expect(names(by: .command) == ["COMMAND", "git", "(all)"])
    }

    @Test func `a long name leaves room for the figures`() {
        let names = names(by: .cgroup, width: 80)
        #expect(names.allSatisfy { $0.count <= 32 })
        #expect(names.contains { $0.hasPrefix("/system.slice/docker-") && $0.hasSuffix("+") })
    }

    private func json(by grouping: Grouping) -> String {
        String(decoding: summary(by: grouping).json(SummaryContext(elapsedMicroseconds: 7)), as: UTF8.self)
    }

    @Test func `in JSON the groups have the name of the property; an unknown value is absent, none is null`() {
        #expect(json(by: .unit).contains(#""units":[{"unit":"nginx.service","tasks":2,"#))
        #expect(json(by: .unit).contains(#"{"unit":null,"tasks":1,"#))
        #expect(json(by: .unit).contains(#"{"tasks":1,"#))
        #expect(
            json(by: .container).contains(
                #"{"container":{"id":"\#(SampleOrigin.container)","runtime":"docker"},"tasks":1,"#))
        #expect(json(by: .user).contains(#""users":[{"uid":0,"user":"root","tasks":5,"#))
        #expect(json(by: .cgroup).contains(#""cgroups":[{"cgroup":"/system.slice/nginx.service","tasks":2,"#))
        #expect(json(by: .command).contains(#""commands":[{"command":"git","tasks":5,"#))
        for grouping in Grouping.allCases {
            #expect(ReferenceJSON.validate(Array(json(by: grouping).utf8)) == .valid)
        }
    }

    @Test func `CSV names the property, and has whole ids`() {
        let lines = SummaryCSV.lines(summary(by: .container))
        #expect(lines[0].hasPrefix("container,tasks,"))
        #expect(lines.contains { $0.hasPrefix("\(SampleOrigin.container),1,") })
    }

    @Test func `only what is needed is requested`() {
        #expect(Summary.fields(by: .unit).intersection([.acComm, .acUid]) == [])
        #expect(Summary.fields(by: .user).contains(.acUid))
        #expect(Summary.fields(by: .command).contains(.acComm))
        #expect(Grouping.allCases.filter(\.requiresOrigin) == [.unit, .container, .cgroup])
    }
}
