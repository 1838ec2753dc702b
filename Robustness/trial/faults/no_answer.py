"""Connections that do not stand, or end before there is an answer."""

from trial.fault import Group, Page, fails, fault, passes


def group(_) -> Group:
    return Group("No answer", "Nobody listens, nobody answers, or what answers speaks no HTTP.", [
        fault("no-name", "a host name that does not exist", fails("http://no-such-host.invalid/", "dns")),
        fault("refused", "nobody listens", fails("{refused}/", "connect", ".*refused.*")),
        fault("black-hole", "a listener that never accepts",
              fails("{black_hole}/", "timeout", "no connection within 2s", waits=True)),
        fault("silent", "a listener that accepts and says nothing",
              fails("{silent}/", "timeout", "no answer within 2s", waits=True)),
        fault("never-answers", "a server that reads the request and says nothing",
              fails("/broken/never-answers", "timeout", "no answer within 2s", waits=True)),
        fault("closes", "closed when it is accepted", fails("{closes}/", "connection")),
        fault("resets", "reset when it is accepted", fails("{resets}/", "connect|connection")),
        fault("close-before-head", "closed instead of an answer", fails("/broken/close-before-head", "connection")),
        fault("reset-before-head", "reset instead of an answer",
              fails("/broken/close-before-head?reset", "connection")),
        fault("early", "an answer before the request", passes("{early}/", Page(200, "An early answer", 151))),
        fault("tls-plain", "TLS on a port that speaks plain HTTP", fails("https:/page/1", "tls")),
        fault("tls-silent", "TLS on a port that says nothing",
              fails("https:{silent}/", "timeout", "no connection within 2s", waits=True)),
        fault("tls-closes", "TLS on a port that closes", fails("https:{closes}/", "tls|connect")),
        fault("tls-resets", "TLS on a port that resets", fails("https:{resets}/", "tls|connect")),
        fault("tls-alert", "a TLS alert as the answer to plain HTTP", fails("/broken/tls-alert", "protocol")),
        fault("garbage", "4 kB of random bytes", fails("/broken/garbage", "protocol")),
        fault("http09", "a page without a head, as in HTTP/0.9", fails("/broken/http09", "protocol")),
    ])
