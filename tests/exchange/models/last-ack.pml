/* The scenario "last ACK sent again" of spec/textbook.md, written by hand for SPIN, with a
 * queue of CAPACITY each way: what somebody would write who knows the two handshakes and
 * wants pan to be fast. One process, bytes, every action one d_step, no channel of SPIN's
 * own (they are slower, and cannot lose from the middle). */

#ifndef CAPACITY
#define CAPACITY 6
#endif

/* Ends: the client starts in CLOSED and may connect; the server listens. */
#define CLOSED       0
#define LISTEN       1
#define SYN_SENT     2
#define SYN_RECEIVED 3
#define ESTABLISHED  4
#define FIN_WAIT_1   5
#define FIN_WAIT_2   6
#define CLOSE_WAIT   7
#define LAST_ACK     8
#define TIME_WAIT    9
#define GONE        10 /* closed for good */

/* Segments. The numbers of an ACK say whether its sender has sent FIN, and has seen one. */
#define SYN     1
#define SYN_ACK 2
#define FIN     3
#define ACK     4 /* + 1: after our FIN, + 2: after theirs */

byte client = CLOSED, server = LISTEN;
byte up[CAPACITY], down[CAPACITY]; /* client to server, server to client */
byte ups, downs;                   /* how many are in flight */
hidden byte i, m;

/* Macros rather than inlines: an array cannot be handed to an inline. */
#define in_flight (ups + downs)
#define resends(who) (who == SYN_SENT || who == SYN_RECEIVED || who == FIN_WAIT_1 || who == LAST_ACK)

/* A full queue drops what is sent into it. */
#define send(queue, length, segment)                        \
  if                                                        \
  :: length < CAPACITY -> queue[length] = segment; length++ \
  :: else                                                   \
  fi

#define remove(queue, length, place)            \
  i = place;                                    \
  length--;                                     \
  do                                            \
  :: i < length -> queue[i] = queue[i + 1]; i++ \
  :: else -> break                              \
  od;                                           \
  queue[length] = 0

#define acknowledge(who, queue, length)                                     \
  if                                                                        \
  :: who == ESTABLISHED -> send(queue, length, ACK)                         \
  :: who == FIN_WAIT_1 || who == FIN_WAIT_2 -> send(queue, length, ACK + 1) \
  :: who == CLOSE_WAIT -> send(queue, length, ACK + 2)                      \
  :: who == LAST_ACK || who == TIME_WAIT -> send(queue, length, ACK + 3)    \
  :: else                                                                   \
  fi

#define receive(who, in, ins, out, outs)                                 \
  m = in[0];                                                             \
  remove(in, ins, 0);                                                    \
  if                                                                     \
  :: m == SYN ->                                                         \
     if                                                                  \
     :: who == LISTEN -> who = SYN_RECEIVED; send(out, outs, SYN_ACK)    \
     :: else                                                             \
     fi                                                                  \
  :: m == SYN_ACK ->                                                     \
     if                                                                  \
     :: who == SYN_SENT -> who = ESTABLISHED; send(out, outs, ACK)       \
     :: who == LAST_ACK                                                  \
     :: else -> acknowledge(who, out, outs)                              \
     fi                                                                  \
  :: m == FIN ->                                                         \
     if                                                                  \
     :: who == ESTABLISHED -> who = CLOSE_WAIT; send(out, outs, ACK + 2) \
     :: who == FIN_WAIT_2 -> who = TIME_WAIT; send(out, outs, ACK + 3)   \
     :: who == FIN_WAIT_1                                                \
     :: else -> acknowledge(who, out, outs)                              \
     fi                                                                  \
  :: else ->                                                             \
     if                                                                  \
     :: who == SYN_RECEIVED -> who = ESTABLISHED                         \
     :: who == FIN_WAIT_1 && m >= ACK + 2 -> who = FIN_WAIT_2            \
     :: who == LAST_ACK && m >= ACK + 2 -> who = GONE                    \
     :: else                                                             \
     fi                                                                  \
  fi

#define resend(who, queue, length)                       \
  if                                                     \
  :: who == SYN_SENT -> send(queue, length, SYN)         \
  :: who == SYN_RECEIVED -> send(queue, length, SYN_ACK) \
  :: else -> send(queue, length, FIN)                    \
  fi

#define close(who, queue, length)           \
  if                                        \
  :: who == ESTABLISHED -> who = FIN_WAIT_1 \
  :: else -> who = LAST_ACK                 \
  fi;                                       \
  send(queue, length, FIN)

active proctype network() {
end:
  do
  :: d_step { client == CLOSED -> client = SYN_SENT; send(up, ups, SYN) }
  :: d_step { client == ESTABLISHED -> close(client, up, ups) }
  :: d_step { resends(client) -> resend(client, up, ups) }
  :: d_step { client == TIME_WAIT && in_flight == 0 && !resends(server) -> client = GONE }
  :: d_step { downs > 0 -> receive(client, down, downs, up, ups) }
  :: d_step { ups > 0 -> remove(up, ups, 0) }
#if CAPACITY > 1
  :: d_step { ups > 1 -> remove(up, ups, 1) }
#endif
#if CAPACITY > 2
  :: d_step { ups > 2 -> remove(up, ups, 2) }
#endif
#if CAPACITY > 3
  :: d_step { ups > 3 -> remove(up, ups, 3) }
#endif
#if CAPACITY > 4
  :: d_step { ups > 4 -> remove(up, ups, 4) }
#endif
#if CAPACITY > 5
  :: d_step { ups > 5 -> remove(up, ups, 5) }
#endif
#if CAPACITY > 6
  :: d_step { ups > 6 -> remove(up, ups, 6) }
#endif
#if CAPACITY > 7
  :: d_step { ups > 7 -> remove(up, ups, 7) }
#endif
  :: d_step { server == CLOSE_WAIT -> close(server, down, downs) }
  :: d_step { resends(server) -> resend(server, down, downs) }
  :: d_step { ups > 0 -> receive(server, up, ups, down, downs) }
  :: d_step { downs > 0 -> remove(down, downs, 0) }
#if CAPACITY > 1
  :: d_step { downs > 1 -> remove(down, downs, 1) }
#endif
#if CAPACITY > 2
  :: d_step { downs > 2 -> remove(down, downs, 2) }
#endif
#if CAPACITY > 3
  :: d_step { downs > 3 -> remove(down, downs, 3) }
#endif
#if CAPACITY > 4
  :: d_step { downs > 4 -> remove(down, downs, 4) }
#endif
#if CAPACITY > 5
  :: d_step { downs > 5 -> remove(down, downs, 5) }
#endif
#if CAPACITY > 6
  :: d_step { downs > 6 -> remove(down, downs, 6) }
#endif
#if CAPACITY > 7
  :: d_step { downs > 7 -> remove(down, downs, 7) }
#endif
  od
}
